//! Settings files and what is said of them.

use super::INSPECTOR;
use crate::testing::{check, fixture, inspect};
use expect_test::{Expect, expect};

fn config(text: &str, expected: Expect) {
    check(&INSPECTOR, text, expected);
}

#[test]
fn a_model() {
    config(
        r#"//- config.json
{
  "architectures": ["LlamaForCausalLM"],
  "model_type": "llama"
}
//- generation_config.json
{"transformers_version": "4.1"}
//- tokenizer.json listed
//- tokenizer_config.json
{"tokenizer_class": "X"}
//- model.safetensors listed
//- checkpoint-5/config.json
{"model_type": "llama"}
"#,
        expect![[r#"
            observed {"claim":"provides","component":"code.tokenizer","extent":"whole"}
                tokenizer.json listed
            observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
                config.json:2 4..41 architectures "\"architectures\": [\"LlamaForCausalLM\"]"
                generation_config.json:1 1..30 transformers_version "\"transformers_version\": \"4.1\""
                tokenizer_config.json:1 1..23 tokenizer_class "\"tokenizer_class\": \"X\""
            observed {"claim":"runnable","by":"config"}
                config.json:2 4..41 architectures "\"architectures\": [\"LlamaForCausalLM\"]"
            observed {"claim":"architecture","model_type":"llama","architectures":["LlamaForCausalLM"]}
                config.json:2 4..41 architectures "\"architectures\": [\"LlamaForCausalLM\"]"
                config.json:3 45..66 model_type "\"model_type\": \"llama\""
        "#]],
    );
}

#[test]
fn what_was_not_fetched() {
    config(
        "//- config.json listed\n//- sub/config.json listed\n//- tokenizer_config.json listed",
        expect![[r#"
        observed {"claim":"provides","component":"code.tokenizer","extent":"partial"}
            tokenizer_config.json listed
        observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
            config.json listed
            sub/config.json listed
            tokenizer_config.json listed
        observed {"claim":"runnable","by":"config"}
            config.json listed
        gap config.json: listed, not fetched
        gap sub/config.json: listed, not fetched
        gap tokenizer_config.json: listed, not fetched
    "#]],
    );
    config(
        "//- params.json listed\n//- consolidated.00.pth listed\n//- trainer_state.json listed",
        expect![[r#"
        observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
            params.json listed
        observed {"claim":"provides","component":"doc.training_logs","extent":"partial"}
            trainer_state.json listed
        observed {"claim":"runnable","by":"config"}
            params.json listed
        gap params.json: listed, not fetched
        gap trainer_state.json: listed, not fetched
    "#]],
    );
    config(
        "//- params.json listed\n//- generation_config.json listed",
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"partial"}
                generation_config.json listed
                params.json listed
            gap generation_config.json: listed, not fetched
            gap params.json: listed, not fetched
        "#]],
    );
    config(
        "//- model_index.json listed\n//- unet/config.json listed\n//- unet/x.safetensors listed",
        expect![[r#"
        observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
            model_index.json listed
            unet/config.json listed
        observed {"claim":"runnable","by":"config"}
            model_index.json listed
            unet/config.json listed
        gap model_index.json: listed, not fetched
        gap unet/config.json: listed, not fetched
    "#]],
    );
}

#[test]
fn what_is_malformed() {
    config(
        "//- config.json\n{\"model_type\": \"llama\",\n//- adapter_config.json\n[]\n//- params.json\n",
        expect![[r#"
            gap adapter_config.json: malformed at byte 0: not an object
            gap config.json: malformed at byte 23: the text ends too early
            gap params.json: malformed at byte 0: the text ends too early
        "#]],
    );
    config(
        "//- config.json\n{\"model_type\": \"a\", \"model_type\": \"b\", \"architectures\": [\"C\"]}",
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
                config.json:1 39..61 architectures "\"architectures\": [\"C\"]"
            observed {"claim":"runnable","by":"config"}
                config.json:1 39..61 architectures "\"architectures\": [\"C\"]"
            observed {"claim":"architecture","architectures":["C"]}
                config.json:1 39..61 architectures "\"architectures\": [\"C\"]"
            gap config.json: malformed at byte 20: `model_type` stands twice
        "#]],
    );
    config(
        "//- config.json\nversion https://git-lfs.github.com/spec/v1\n",
        expect![[r#"
        observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
            config.json listed
        observed {"claim":"runnable","by":"config"}
            config.json listed
        gap config.json: listed, not fetched
    "#]],
    );
}

#[test]
fn adapters() {
    config(
        "//- adapter_config.json\n{\"base_model_name_or_path\": \"org/base\", \"peft_type\": \"LORA\"}",
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"partial"}
                adapter_config.json:1 40..59 peft_type "\"peft_type\": \"LORA\""
            declared {"claim":"base-model","name":"org/base","relation":"adapter"}
                adapter_config.json:1 1..38 base_model_name_or_path "\"base_model_name_or_path\": \"org/base\""
        "#]],
    );
    for path in ["/home/me/base", "./base", "C:\\\\models\\\\base", "models/org/base", "~/base"] {
        let text = format!("//- adapter_config.json\n{{\"base_model_name_or_path\": \"{path}\"}}");
        let sheet = inspect(&INSPECTOR, &fixture(&text));
        assert_eq!((sheet.facts().count(), sheet.gaps().len()), (1, 1), "{path}");
    }
    for value in ["null", "\"\"", "7"] {
        let text = format!("//- adapter_config.json\n{{\"base_model_name_or_path\": {value}}}");
        let sheet = inspect(&INSPECTOR, &fixture(&text));
        assert_eq!((sheet.facts().count(), sheet.gaps().len()), (1, 0), "{value}");
    }
}

#[test]
fn pipelines_and_params() {
    config(
        r#"//- model_index.json
{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}
//- unet/config.json
{"_class_name": "UNet2DConditionModel"}
//- unet/diffusion_pytorch_model.safetensors listed
"#,
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
                model_index.json:1 1..41 _class_name "\"_class_name\": \"StableDiffusionPipeline\""
                unet/config.json:1 1..38 _class_name "\"_class_name\": \"UNet2DConditionModel\""
            observed {"claim":"runnable","by":"config"}
                model_index.json:1 1..41 _class_name "\"_class_name\": \"StableDiffusionPipeline\""
                unet/config.json:1 1..38 _class_name "\"_class_name\": \"UNet2DConditionModel\""
            observed {"claim":"architecture","architectures":["StableDiffusionPipeline"]}
                model_index.json:1 1..41 _class_name "\"_class_name\": \"StableDiffusionPipeline\""
            observed {"claim":"architecture","architectures":["UNet2DConditionModel"]}
                unet/config.json:1 1..38 _class_name "\"_class_name\": \"UNet2DConditionModel\""
        "#]],
    );
    config(
        "//- original/params.json\n{\"dim\": 4096, \"n_layers\": 32}\n//- original/consolidated.00.pth listed",
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
                original/params.json:1 1..12 dim "\"dim\": 4096"
            observed {"claim":"runnable","by":"config"}
                original/params.json:1 1..12 dim "\"dim\": 4096"
        "#]],
    );
    config(
        "//- params.json\n{\"temperature\": 1}",
        expect![[r#"
        observed {"claim":"provides","component":"config.model_metadata","extent":"partial"}
            params.json:1 1..17 temperature "\"temperature\": 1"
    "#]],
    );
}

#[test]
fn remote_code() {
    let release = |complete: &str| {
        format!(
            r#"//= model {complete}
//- config.json
{{"model_type": "x", "auto_map": {{"AutoConfig": "configuration_x.C", "AutoModel": "modeling_x.M", "AutoModelForCausalLM": "modeling_x.L", "AutoTokenizer": ["a/b--tok.T", null]}}}}
//- modeling_x.py listed
"#
        )
    };
    config(
        &release("complete"),
        expect![[r#"
        observed {"claim":"provides","component":"code.architecture","extent":"whole","target":"modeling_x.py"}
            modeling_x.py listed
            config.json:1 68..95 auto_map.AutoModel "\"AutoModel\": \"modeling_x.M\""
        declared {"claim":"provides","component":"code.architecture","extent":"elsewhere","target":"a/b"}
            config.json:1 137..174 auto_map.AutoTokenizer "\"AutoTokenizer\": [\"a/b--tok.T\", null]"
        observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
            config.json:1 1..18 model_type "\"model_type\": \"x\""
        observed {"claim":"runnable","by":"config"}
            config.json:1 1..18 model_type "\"model_type\": \"x\""
        observed {"claim":"architecture","model_type":"x"}
            config.json:1 1..18 model_type "\"model_type\": \"x\""
        gap config.json: malformed at byte 33: `auto_map` names `configuration_x.py`, which is not in the complete listing
    "#]],
    );
    config(
        &release(""),
        expect![[r#"
        observed {"claim":"provides","component":"code.architecture","extent":"whole","target":"modeling_x.py"}
            modeling_x.py listed
            config.json:1 68..95 auto_map.AutoModel "\"AutoModel\": \"modeling_x.M\""
        declared {"claim":"provides","component":"code.architecture","extent":"elsewhere","target":"a/b"}
            config.json:1 137..174 auto_map.AutoTokenizer "\"AutoTokenizer\": [\"a/b--tok.T\", null]"
        declared {"claim":"provides","component":"code.architecture","extent":"elsewhere","target":"configuration_x.py"}
            config.json:1 33..66 auto_map.AutoConfig "\"AutoConfig\": \"configuration_x.C\""
        observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
            config.json:1 1..18 model_type "\"model_type\": \"x\""
        observed {"claim":"runnable","by":"config"}
            config.json:1 1..18 model_type "\"model_type\": \"x\""
        observed {"claim":"architecture","model_type":"x"}
            config.json:1 1..18 model_type "\"model_type\": \"x\""
    "#]],
    );
}

#[test]
fn logs() {
    config(
        "//- trainer_state.json\n{\"log_history\": [{\"loss\": NaN}], \"total_flos\": 1e20}",
        expect![[r#"
            observed {"claim":"provides","component":"doc.training_logs","extent":"whole"}
                trainer_state.json:1 1..31 log_history "\"log_history\": [{\"loss\": NaN}]"
            declared {"claim":"compute","lower":{"digits":100000,"exponent":15},"upper":{"digits":100000,"exponent":15},"formula":"total_flos, as the trainer counted","inputs":{},"stage":"unstated"}
                trainer_state.json:1 33..51 total_flos "\"total_flos\": 1e20"
        "#]],
    );
    config(
        "//- trainer_state.json\n{\"log_history\": []}\n//- checkpoint-5/trainer_state.json\n{\"log_history\": [1]}",
        expect![[r#"
            observed {"claim":"provides","component":"doc.training_logs","extent":"partial"}
                checkpoint-5/trainer_state.json:1 1..19 log_history "\"log_history\": [1]"
        "#]],
    );
}

#[test]
fn other_parts() {
    config(
        "//= code\n//- model/config.json\n{\"architectures\": [\"Dbrx\"]}\n//- config.json\n{\"a\": 1}\n//- x/config.json listed\n//- tokenizer.json listed",
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
                model/config.json:1 1..26 architectures "\"architectures\": [\"Dbrx\"]"
            observed {"claim":"architecture","architectures":["Dbrx"]}
                model/config.json:1 1..26 architectures "\"architectures\": [\"Dbrx\"]"
        "#]],
    );
    config("//= data\n//- config.json\n{\"model_type\": \"x\"}", expect![[""]]);
}
