//! Names as they are found, and what is made of them.

use super::*;
use expect_test::{Expect, expect};
use std::fmt::Write as _;

fn check(paths: &str, expected: Expect) {
    let mut text = String::new();
    for path in paths.split_whitespace() {
        let path = ArtifactPath::new(path).unwrap();
        write!(text, "{path}:").unwrap();
        match classify(&path) {
            None => text.push_str(" no weights"),
            Some(name) => {
                let Name { what, format, stem, variant, shard, quantised } = name;
                write!(text, " {what:?} {format} `{stem}`").unwrap();
                if !variant.is_empty() {
                    write!(text, " {variant}").unwrap();
                }
                if let Some(shard) = shard {
                    let digits = &path.name()[shard.digits];
                    write!(text, " {digits} of {:?}", shard.of).unwrap();
                    assert_eq!(digits.parse(), Ok(shard.number));
                }
                if quantised {
                    text.push_str(" quantised");
                }
            }
        }
        if let Some(step) = checkpoint(&path) {
            write!(text, " at {step}").unwrap();
        }
        text.push('\n');
    }
    expected.assert_eq(&text);
}

#[test]
fn models() {
    check(
        "model.safetensors model-00001-of-00005.safetensors model_00001-of-00072.safetensors pytorch_model.bin
         consolidated.00.pth consolidated.safetensors diffusion_pytorch_model.non_ema.safetensors
         model.fp16-00001-of-00002.safetensors model-00001-of-00002.fp16.safetensors v1-5-pruned.ckpt metal/model.bin
         llama-7b.Q4_K_M-00001-of-00003.gguf llama-F16.gguf x-IQ2_XXS.gguf onnx/model_quantized.onnx onnx/model.onnx_data onnx/model.onnx.data
         flax_model.msgpack tf_model.h5 a/model.ckpt-100.data-00000-of-00001 saved_model.pb ggml-model-q8_0.bin gptq_model-4bit-128g.safetensors",
        expect![[r#"
            model.safetensors: Model safetensors `model`
            model-00001-of-00005.safetensors: Model safetensors `model` 00001 of Some(5)
            model_00001-of-00072.safetensors: Model safetensors `model` 00001 of Some(72)
            pytorch_model.bin: Model pytorch `pytorch_model`
            consolidated.00.pth: Model pytorch `consolidated` 00 of None
            consolidated.safetensors: Model safetensors `consolidated`
            diffusion_pytorch_model.non_ema.safetensors: Model safetensors `diffusion_pytorch_model` non_ema
            model.fp16-00001-of-00002.safetensors: Model safetensors `model` fp16 00001 of Some(2)
            model-00001-of-00002.fp16.safetensors: Model safetensors `model` fp16 00001 of Some(2)
            v1-5-pruned.ckpt: Model pytorch `v1-5-pruned`
            metal/model.bin: Model bin `model`
            llama-7b.Q4_K_M-00001-of-00003.gguf: Model gguf `llama-7b.q4_k_m` 00001 of Some(3) quantised
            llama-F16.gguf: Model gguf `llama-f16`
            x-IQ2_XXS.gguf: Model gguf `x-iq2_xxs` quantised
            onnx/model_quantized.onnx: Model onnx `model_quantized` quantised
            onnx/model.onnx_data: Model onnx `model`
            onnx/model.onnx.data: Model onnx `model`
            flax_model.msgpack: Model msgpack `flax_model`
            tf_model.h5: Model h5 `tf_model`
            a/model.ckpt-100.data-00000-of-00001: Model tensorflow `model.ckpt-100` 00000 of Some(1)
            saved_model.pb: Model tensorflow `saved_model`
            ggml-model-q8_0.bin: Model ggml `ggml-model-q8_0` quantised
            gptq_model-4bit-128g.safetensors: Model safetensors `gptq_model-4bit-128g` quantised
        "#]],
    );
}

#[test]
fn what_is_no_model() {
    check(
        "optimizer.pt optimizer.bin a/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt scheduler.pt rng_state_3.pth scaler.pt
         training_args.bin tokenizer.model tokenizer.bin vocab.bin spiece.model x.imatrix model.imatrix.gguf config.json README.md train.bin
         adapter_model.safetensors pytorch_lora_weights.safetensors my-LoRA-merged.safetensors adapters.safetensors
         learned_embeds.bin mmproj-model-f16.gguf 2_Dense/model.safetensors weights.zip stats.npz dataset.pt",
        expect![[r#"
            optimizer.pt: Optimizer pytorch `optimizer`
            optimizer.bin: Optimizer pytorch `optimizer`
            a/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt: Optimizer pytorch `bf16_zero_pp_rank_0_mp_rank_00_optim_states`
            scheduler.pt: no weights
            rng_state_3.pth: no weights
            scaler.pt: no weights
            training_args.bin: no weights
            tokenizer.model: no weights
            tokenizer.bin: no weights
            vocab.bin: no weights
            spiece.model: no weights
            x.imatrix: no weights
            model.imatrix.gguf: no weights
            config.json: no weights
            README.md: no weights
            train.bin: Unclear bin `train`
            adapter_model.safetensors: Adapter safetensors `adapter_model`
            pytorch_lora_weights.safetensors: Adapter safetensors `pytorch_lora_weights`
            my-LoRA-merged.safetensors: Model safetensors `my-lora-merged`
            adapters.safetensors: Adapter safetensors `adapters`
            learned_embeds.bin: Auxiliary pytorch `learned_embeds`
            mmproj-model-f16.gguf: Auxiliary gguf `mmproj-model-f16`
            2_Dense/model.safetensors: Auxiliary safetensors `model`
            weights.zip: Unclear archive `weights`
            stats.npz: Unclear npz `stats`
            dataset.pt: Unclear pytorch `dataset`
        "#]],
    );
}

#[test]
fn states_on_the_way() {
    check(
        "checkpoint-1000/model.safetensors checkpoints/step-500/pytorch_model.bin global_step10/mp_rank_00_model_states.pt
         step1000-unsharded/model.pt epoch=3-step=500.ckpt last/model.ckpt checkpoints/model.pt ckpt-00001-of-00004.pt
         step3-vl/model.safetensors stepper/model.safetensors",
        expect![[r#"
            checkpoint-1000/model.safetensors: Model safetensors `model` at checkpoint-1000
            checkpoints/step-500/pytorch_model.bin: Model pytorch `pytorch_model` at checkpoints/step-500
            global_step10/mp_rank_00_model_states.pt: Model pytorch `mp_rank` 00 of None at global_step10
            step1000-unsharded/model.pt: Model pytorch `model` at step1000-unsharded
            epoch=3-step=500.ckpt: Model pytorch `epoch=3-step=500` at epoch=3-step=500
            last/model.ckpt: Model pytorch `model`
            checkpoints/model.pt: Model pytorch `model`
            ckpt-00001-of-00004.pt: Model pytorch `ckpt` 00001 of Some(4)
            step3-vl/model.safetensors: Model safetensors `model` at step3-vl
            stepper/model.safetensors: Model safetensors `model`
        "#]],
    );
}
