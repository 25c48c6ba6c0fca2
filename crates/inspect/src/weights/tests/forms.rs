//! Full, adapter, quantised, on the way, in several folders: what a set is.

use super::*;

#[test]
fn forms() {
    weights(
        "//= model complete\n//- checkpoint-10/model.safetensors listed\n//- checkpoint-10/optimizer.pt listed\n//- checkpoint-10/rng_state.pth listed\n//- checkpoint-20/model.safetensors listed\n//- adapter_model.safetensors listed\n//- training_args.bin listed",
        expect![[r#"
            observed {"claim":"provides","component":"weights.intermediate","extent":"whole"}
                checkpoint-10/model.safetensors listed
                checkpoint-20/model.safetensors listed
            observed {"claim":"provides","component":"weights.optimizer_state","extent":"whole"}
                checkpoint-10/optimizer.pt listed
            observed {"claim":"weights","form":"adapter","format":"safetensors","files":1,"whole":"yes"}
                adapter_model.safetensors listed
            observed {"claim":"weights","form":"checkpoint","format":"safetensors","files":1,"whole":"yes"}
                checkpoint-10/model.safetensors listed
            observed {"claim":"weights","form":"checkpoint","format":"safetensors","files":1,"whole":"yes"}
                checkpoint-20/model.safetensors listed
            gap adapter_model.safetensors: listed, not fetched
            gap checkpoint-10/model.safetensors: listed, not fetched
            gap checkpoint-20/model.safetensors: listed, not fetched
        "#]],
    );
    weights(
        "//= model\n//- x.Q4_K_M.gguf listed\n//- x.Q8_0.gguf listed\n//- mmproj-f16.gguf listed",
        expect![[r#"
            observed {"claim":"provides","component":"weights.quantised_variants","extent":"whole"}
                x.Q4_K_M.gguf listed
            observed {"claim":"provides","component":"weights.quantised_variants","extent":"whole"}
                x.Q8_0.gguf listed
            observed {"claim":"weights","form":"full","format":"gguf","files":1,"whole":"yes"}
                x.Q4_K_M.gguf listed
            observed {"claim":"weights","form":"full","format":"gguf","files":1,"whole":"yes"}
                x.Q8_0.gguf listed
            observed {"claim":"weights","form":"adapter","format":"gguf","files":1,"whole":"yes"}
                mmproj-f16.gguf listed
            observed {"claim":"runnable","by":"self-describing"}
                x.Q4_K_M.gguf listed
                x.Q8_0.gguf listed
            gap mmproj-f16.gguf: listed, not fetched
            gap x.Q4_K_M.gguf: listed, not fetched
            gap x.Q8_0.gguf: listed, not fetched
        "#]],
    );
    weights(
        "//= model\n//- x.F16.gguf listed\n//- x.Q8_0.gguf listed",
        expect![[r#"
        observed {"claim":"provides","component":"weights.quantised_variants","extent":"whole"}
            x.Q8_0.gguf listed
        observed {"claim":"weights","form":"full","format":"gguf","files":1,"whole":"yes"}
            x.F16.gguf listed
        observed {"claim":"weights","form":"quantised","format":"gguf","files":1,"whole":"yes"}
            x.Q8_0.gguf listed
        observed {"claim":"runnable","by":"self-describing"}
            x.F16.gguf listed
            x.Q8_0.gguf listed
        gap x.F16.gguf: listed, not fetched
        gap x.Q8_0.gguf: listed, not fetched
    "#]],
    );
    weights(
        "//= model\n//- model.safetensors listed\n//- config.json\n{\"quantization_config\": {\"quant_method\": \"gptq\"}}",
        expect![[r#"
            observed {"claim":"provides","component":"weights.quantised_variants","extent":"whole"}
                model.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"whole":"yes"}
                model.safetensors listed
            gap model.safetensors: listed, not fetched
        "#]],
    );
    weights(
        "//= model\n//- model.safetensors listed\n//- config.json\n{\"quantization_config\": {\"quant_method\": \"mxfp4\"}}",
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"whole":"yes"}
                model.safetensors listed
            gap model.safetensors: listed, not fetched
        "#]],
    );
    weights(
        "//= model\n//- lora.safetensors safetensors data=8\n{\"x.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}\n//- renamed.safetensors safetensors data=8\n{\"x.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        expect![[r#"
            observed {"claim":"weights","form":"adapter","format":"safetensors","files":1,"bytes":84,"whole":"yes"}
                lora.safetensors listed
            observed {"claim":"weights","form":"adapter","format":"safetensors","files":1,"bytes":84,"whole":"yes"}
                renamed.safetensors listed
        "#]],
    );
}

#[test]
fn packed_elements_are_no_parameters() {
    weights(
        "//= model\n//- model.safetensors safetensors data=8\n{\"x.qweight\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}\n//- quantize_config.json\n{}",
        expect![[r#"
            observed {"claim":"provides","component":"weights.quantised_variants","extent":"whole"}
                model.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":78,"whole":"yes"}
                model.safetensors listed
            gap model.safetensors: not read: the number of parameters: several are packed into one element
        "#]],
    );
}

#[test]
fn pipelines() {
    let index = r#"//- model_index.json
{"_class_name": "P", "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"], "scheduler": ["diffusers", "PNDMScheduler"], "safety_checker": [null, null]}
"#;
    let vae = "//- vae/diffusion_pytorch_model.safetensors listed size=2\n//- vae/diffusion_pytorch_model.bin listed size=2\n";
    let unet = "//- unet/diffusion_pytorch_model.safetensors listed size=3\n//- unet/diffusion_pytorch_model.fp16.safetensors listed size=1\n";
    weights(
        &format!("//= model complete\n{index}{vae}{unet}"),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":2,"bytes":3,"whole":"yes"}
                unet/diffusion_pytorch_model.fp16.safetensors listed
                vae/diffusion_pytorch_model.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":2,"bytes":5,"whole":"yes"}
                unet/diffusion_pytorch_model.safetensors listed
                vae/diffusion_pytorch_model.safetensors listed
            gap unet/diffusion_pytorch_model.fp16.safetensors: listed, not fetched
            gap unet/diffusion_pytorch_model.safetensors: listed, not fetched
            gap vae/diffusion_pytorch_model.bin: listed, not fetched
            gap vae/diffusion_pytorch_model.safetensors: listed, not fetched
        "#]],
    );
    weights(
        &format!("//= model complete\n{index}{vae}"),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"pytorch","files":1,"bytes":2,"whole":"no","missing":["unet/"]}
            vae/diffusion_pytorch_model.bin listed
        observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":2,"whole":"no","missing":["unet/"]}
            vae/diffusion_pytorch_model.safetensors listed
        gap vae/diffusion_pytorch_model.bin: listed, not fetched
        gap vae/diffusion_pytorch_model.safetensors: listed, not fetched
    "#]],
    );
    weights(
        &format!("//= model complete\n//- model_index.json listed\n{vae}//- vae/config.json listed\n"),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"pytorch","files":1,"bytes":2,"whole":"unknown"}
                vae/diffusion_pytorch_model.bin listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":2,"whole":"unknown"}
                vae/diffusion_pytorch_model.safetensors listed
            gap vae/diffusion_pytorch_model.bin: listed, not fetched
            gap vae/diffusion_pytorch_model.safetensors: listed, not fetched
        "#]],
    );
}
