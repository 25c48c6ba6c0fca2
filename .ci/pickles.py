"""Prints what picklescan, fickling and Candor say of each file of a folder that `cargo xtask pickles` wrote."""

import csv
import multiprocessing
import pathlib
import sys

SECONDS = 20


def picklescan(path):
    from picklescan.scanner import scan_file_path

    result = scan_file_path(path)
    if result.infected_files or result.issues_count:
        return "flagged"
    return "unreadable" if result.scan_err else "clean"


def fickling(path):
    import zipfile

    from fickling.analysis import Severity, check_safety
    from fickling.fickle import StackedPickle

    streams = []
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            streams = [archive.read(name) for name in archive.namelist() if name.endswith(".pkl")]
    else:
        streams = [pathlib.Path(path).read_bytes()]
    worst = Severity.LIKELY_SAFE
    for stream in streams:
        for pickled in StackedPickle.load(stream):
            worst = max(worst, check_safety(pickled).severity)
    return "clean" if worst == Severity.LIKELY_SAFE else "flagged"


def work(tool, path, answer):
    try:
        answer.put({"picklescan": picklescan, "fickling": fickling}[tool](path))
    except BaseException:
        answer.put("unreadable")


def ask(tool, path):
    answer = multiprocessing.Queue()
    process = multiprocessing.Process(target=work, args=(tool, path, answer))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        return "hangs"
    return answer.get() if not answer.empty() else "unreadable"


def main():
    import fickling.analysis, fickling.fickle, picklescan.scanner  # noqa: F401, E401: once, before the forks

    folder = pathlib.Path(sys.argv[1])
    words = {"inert": "clean", "not-inert": "flagged", "none": "unreadable"}
    counts, wrong, missed = {}, [], []
    with open(folder / "key.csv", newline="") as key:
        for row in csv.DictReader(key, delimiter="\t", quoting=csv.QUOTE_NONE):
            hostile = row["hostile"] == "true"
            path = str(folder / row["file"])
            said = {"candor": words[row["candor"]], "picklescan": ask("picklescan", path), "fickling": ask("fickling", path)}
            for tool, word in said.items():
                counts[tool, hostile, word] = counts.get((tool, hostile, word), 0) + 1
            if hostile and said["candor"] == "clean" or not hostile and said["candor"] != "clean":
                wrong.append(row["name"])
            if hostile and "flagged" not in (said["picklescan"], said["fickling"]):
                missed.append(f"{row['name']}: picklescan {said['picklescan']}, fickling {said['fickling']}")
    print(f"\n{'':<12}{'hostile: flagged':>18}{'clean':>8}{'no answer':>11}{'benign: clean':>17}{'flagged':>9}{'no answer':>11}")
    for tool in ("candor", "picklescan", "fickling"):
        count = lambda hostile, *which: sum(counts.get((tool, hostile, word), 0) for word in which)  # noqa: E731
        print(
            f"{tool:<12}{count(True, 'flagged'):>18}{count(True, 'clean'):>8}{count(True, 'unreadable', 'hangs'):>11}"
            f"{count(False, 'clean'):>17}{count(False, 'flagged'):>9}{count(False, 'unreadable', 'hangs'):>11}"
        )
    print(f"\nhostile and flagged by neither of the others: {len(missed)}")
    for line in missed:
        print(f"  {line}")
    if wrong:
        print("\nCandor is wrong on:")
        for line in wrong:
            print(f"  {line}")
        sys.exit(1)


if __name__ == "__main__":
    main()
