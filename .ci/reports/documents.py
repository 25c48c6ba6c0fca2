"""Bills of materials and SARIF in a folder, against what others say of these formats. Nothing is fetched.

CycloneDX: the library of the standard, strict. SPDX: its JSON schema, and its SHACL shapes on a sample, where the
corpus is at hand. SARIF: a model made from its schema.
"""

import json
import multiprocessing
import pathlib
import sys

SHACL_SAMPLE = ("001", "004", "020")


def cyclonedx(path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = SchemaVersion.V1_7 if path.suffix == ".7" else SchemaVersion.V1_6
    error = JsonStrictValidator(version).validate_str(path.read_text())
    return [] if error is None else [f"{list(error.data.path)[:8]}: {error.data.message[:300]}"]


def sarif(path):
    from pydantic_sarif import model

    document = json.loads(path.read_text())
    model.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(document)
    return []


class Spdx:
    """The JSON schema, element by element: the whole is one choice of hundreds, and its errors say nothing."""

    def __init__(self, folder):
        import jsonschema

        self.schema = json.loads((folder / "schema.json").read_text())
        self.validators = {}
        self.jsonschema = jsonschema

    def check(self, path):
        document = json.loads(path.read_text())
        wrong = [] if document.get("@context") == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" else ["@context"]
        for element in document["@graph"]:
            kind = element["type"]
            if kind not in self.validators:
                schema = {
                    "$schema": self.schema["$schema"],
                    "$defs": self.schema["$defs"],
                    "$ref": f"#/$defs/{kind}",
                    "unevaluatedProperties": False,
                }
                self.validators[kind] = self.jsonschema.Draft202012Validator(schema)
            for error in self.validators[kind].iter_errors(element):
                wrong.append(f"{element.get('spdxId')}: {error.message[:200]}")
        return wrong


def shacl(path, folder):
    import pyshacl
    import rdflib

    context = json.loads((folder / "spdx-context.jsonld").read_text())["@context"]
    document = json.loads(path.read_text())
    document["@context"] = context
    data = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    shapes = rdflib.Graph().parse(folder / "spdx-model.ttl")
    fine, _, text = pyshacl.validate(data, shacl_graph=shapes, ont_graph=shapes)
    return [] if fine else [text[:2000]]


def check(job):
    kind, path, ecosystem = job
    path, folder = pathlib.Path(path), pathlib.Path(ecosystem) / "spdx3"
    try:
        if kind == "cyclonedx":
            return kind, path.name, cyclonedx(path)
        if kind == "sarif":
            return kind, path.name, sarif(path)
        if kind == "shacl":
            return kind, path.name, shacl(path, folder)
        return kind, path.name, Spdx(folder).check(path)
    except Exception as error:  # an exception of a validator is a fault of the document until shown otherwise
        return kind, path.name, [f"{type(error).__name__}: {str(error)[:600]}"]


def main():
    out, ecosystem = pathlib.Path(sys.argv[1]), sys.argv[2]
    jobs = [("cyclonedx", path) for path in sorted(out.glob("*.cyclonedx*"))]
    jobs += [("sarif", path) for path in sorted(out.glob("*.sarif"))]
    schemas = (pathlib.Path(ecosystem) / "spdx3").is_dir()
    if schemas:
        # The tests of the program hold every SPDX document against the schema; here a sample is enough.
        spdx = sorted(out.glob("*.spdx"))
        sample = [path for path in spdx if path.stem in SHACL_SAMPLE]
        jobs += [("spdx", path) for path in sample] + [("shacl", path) for path in sample]
    else:
        print(f"did not run: SPDX against its schema and shapes (nothing at {ecosystem})")
    counts, wrong = {}, 0
    with multiprocessing.Pool() as pool:
        for kind, name, errors in pool.imap_unordered(check, [(kind, str(path), ecosystem) for kind, path in jobs]):
            counts[kind] = counts.get(kind, 0) + 1
            wrong += len(errors)
            for error in errors:
                print(f"{name}: {kind}: {error}", file=sys.stderr)
    print(", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items())) + f"; {wrong} faults")
    if not jobs or wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
