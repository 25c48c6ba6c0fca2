//! The command line of the Sprout trainer.

mod options;

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};
use sprout_trainer::recipe::Recipe;
use sprout_trainer::{checkpoint, corpus, evaluate, generate, train};

use crate::options::Options;

const USAGE: &str = "\
sprout-trainer: trains and runs Sprout, a model that invents names of licences

  data      --config FILE --out DIR
            select, filter and split the text
  train     --config FILE --data DIR --out DIR [--resume CHECKPOINT]
            train; write weights, settings, checkpoints and log
  evaluate  --config FILE --data DIR --model DIR --out DIR
            write evaluation.json and samples.txt
  generate  --model DIR [--prompt TEXT] [--count N] [--temperature T] [--seed N]
            invent names";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    if matches!(command.as_str(), "" | "help" | "--help" | "-h") {
        println!("{USAGE}");
        return Ok(());
    }
    let options = Options::new(arguments)?;
    match command.as_str() {
        "data" => data(options),
        "train" => run_training(options),
        "evaluate" => run_evaluation(options),
        "generate" => run_generation(options),
        other => bail!("no command {other:?}\n\n{USAGE}"),
    }
}

fn data(mut options: Options) -> Result<()> {
    let (config, out) = (options.path("config")?, options.path("out")?);
    options.finish()?;
    let corpus = corpus::select(&Recipe::read(&config)?.data)?;
    corpus::write(&corpus, &out)?;
    let (train, valid) = (corpus.training.len(), corpus.validation.len());
    println!("{train} lines for training, {valid} for validation, in {}", out.display());
    Ok(())
}

fn run_training(mut options: Options) -> Result<()> {
    let (config, data) = (options.path("config")?, options.path("data")?);
    let (out, resume) = (options.path("out")?, options.optional::<PathBuf>("resume")?);
    options.finish()?;
    let recipe = Recipe::read(&config)?;
    let train = corpus::encode(&corpus::read_lines(&data.join("train.txt"))?)?;
    let valid = corpus::encode(&corpus::read_lines(&data.join("validation.txt"))?)?;
    train::train(&recipe, &train, &valid, &out, resume.as_deref())
}

fn run_evaluation(mut options: Options) -> Result<()> {
    let (config, data) = (options.path("config")?, options.path("data")?);
    let (model, out) = (options.path("model")?, options.path("out")?);
    options.finish()?;
    let recipe = Recipe::read(&config)?;
    let params = checkpoint::read_model(&model)?;
    let train = corpus::read_lines(&data.join("train.txt"))?;
    let valid = corpus::read_lines(&data.join("validation.txt"))?;
    let (results, names) = evaluate::evaluate(&params, &recipe, &train, &valid)?;
    fs::create_dir_all(&out)?;
    checkpoint::write_json(&out.join("evaluation.json"), &results)?;
    fs::write(out.join("samples.txt"), names.join("\n") + "\n")?;
    println!("{}", serde_json::to_string_pretty(&results)?);
    Ok(())
}

fn run_generation(mut options: Options) -> Result<()> {
    let model = options.path("model")?;
    let settings = generate::Settings {
        prompt: options.optional("prompt")?.unwrap_or_default(),
        count: options.optional("count")?.unwrap_or(10),
        temperature: options.optional("temperature")?.unwrap_or(0.8),
        longest: 100,
        seed: options.optional("seed")?.unwrap_or(1),
    };
    options.finish()?;
    for name in generate::generate(&checkpoint::read_model(&model)?, &settings)? {
        println!("{name}");
    }
    Ok(())
}
