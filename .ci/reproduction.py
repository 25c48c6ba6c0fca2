"""The example's recipe, run again by Candor: bit for bit, with another optimisation level too, and refuted when a seed,
a line of data or a hyperparameter is another. Run by .ci/reproduction, with the paths of candor and of two trainers.

The whole run is tried once; the rest on a shortened one of the same recipe, which is published first.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

CANDOR, TRAINER, OTHER = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:4])
EXAMPLE = pathlib.Path("examples/open-source")
passed = failed = 0


def check(what, fine, why=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    print(f"{'ok    ' if fine else 'FAILED'} {what}{'' if fine else ': ' + str(why)}", flush=True)


def reproduce(recipe, trainer, *options):
    run = subprocess.run([CANDOR, "reproduce", str(recipe), "--run", "--program", trainer, "--format", "json", *options],
                         capture_output=True, text=True)
    try:
        return run.returncode, json.loads(run.stdout), run.stderr
    except ValueError:
        return run.returncode, {}, run.stderr


def expect(what, found, code, level, step=None):
    returned, document, said = found
    first = (document.get("firstDivergence") or {}).get("step")
    tensor = (document.get("firstDivergence") or {}).get("tensor")
    fine = returned == code and document.get("level") == level and first == step and (step is None or tensor)
    check(what, fine, f"{returned} {document} {said[-500:]}")


def shortened(folder):
    """The example with sixty steps, and a recipe without pins so that inputs may be changed."""
    for part in ["data", "code/config"]:
        shutil.copytree(EXAMPLE / part, folder / part)
    config = folder / "code/config/sprout-1.toml"
    text = config.read_text()
    for before, after in [("steps = 1600", "steps = 60"), ("log_every = 20", "log_every = 5"),
                          ("validate_every = 200", "validate_every = 30"), ("checkpoints = [400, 800]", "checkpoints = [20, 40]")]:
        assert before in text, before
        text = text.replace(before, after)
    config.write_text(text)
    recipe = (EXAMPLE / "reproduce.toml").read_text()
    lines = [line for line in recipe.splitlines() if not line.startswith("sha256")]
    recipe = "\n".join(lines)
    for before, after in [("00400", "00020"), ("00800", "00040"), ("step = 400", "step = 20"), ("step = 800", "step = 40"),
                          ("step = 1600", "step = 60")]:
        recipe = recipe.replace(before, after)
    (folder / "reproduce.toml").write_text(recipe)
    subprocess.run([TRAINER, "train", "--config", str(config), "--data", str(folder / "data"), "--out", str(folder / "model")],
                   check=True, capture_output=True)
    return config


with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch) / "release"
    config = shortened(folder)
    train = folder / "data/train.txt"
    expect("the same again", reproduce(folder, TRAINER), 0, "R5")
    expect("and again", reproduce(folder, TRAINER), 0, "R5")
    expect("with another optimisation level", reproduce(folder, OTHER), 0, "R5")
    statement, key = folder / "run.sig", folder / "key.pem"
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key)], check=True)
    expect("signed", reproduce(folder, TRAINER, "--statement", str(statement), "--key", str(key)), 0, "R5")
    check("the statement is a bundle", "dsseEnvelope" in json.loads(statement.read_text()))
    for what, path, before, after in [
        ("another seed", config, "seed = 20261", "seed = 20262"),
        ("another learning rate", config, "learning_rate = 4e-3", "learning_rate = 4.1e-3"),
        ("another dropout", config, "dropout = 0.2 ", "dropout = 0.21 "),
        ("a line of data less", train, train.read_text().splitlines()[7] + "\n", ""),
    ]:
        text = path.read_text()
        assert before in text, before
        path.write_text(text.replace(before, after, 1))
        step = 5 if what in ("another learning rate", "another dropout") else 0
        expect(f"{what} is refuted, with its first step", reproduce(folder, TRAINER), 1, None, step)
        path.write_text(text)
expect("the example, as it is published", reproduce(EXAMPLE, TRAINER), 0, "R5")
run = subprocess.run([CANDOR, "reproduce", "examples/open-weights"], capture_output=True, text=True)
check("open weights cannot be reproduced, and what is missing is said",
      run.returncode == 3 and "training data" in run.stdout, run.stdout + run.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
