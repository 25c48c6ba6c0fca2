//! Every format tells all that the JSON tells; bills of materials are what their standards say and come back whole;
//! nothing that others wrote becomes markup.
//!
//! Long because what is asked of one format is asked of all, side by side.

mod common;

use candor_facts::{Basis, Claim, Component, Extent, FactSheet, LicenseKind};
use candor_report::{FORMATS, Several};
use common::{Temp, all_releases, assessed, candor, corpus, each, example};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn rendered(release: &Path, format: &str, more: &[&str]) -> String {
    let release = release.to_str().expect("paths of tests are UTF-8");
    candor(["assess", release, "--format", format].iter().chain(more)).answer()
}

fn parsed(release: &Path, format: &str, more: &[&str]) -> Value {
    serde_json::from_str(&rendered(release, format, more)).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The places that a requirement rests on, its doubts included.
fn places(json: &Value, requirement: &Value) -> BTreeSet<u64> {
    let numbers = |value: &Value| list(&value["evidence"]).iter().filter_map(Value::as_u64).collect::<Vec<_>>();
    let doubts = list(&requirement["doubts"]).iter().filter_map(Value::as_u64);
    let doubts = doubts.flat_map(|at| numbers(&json["doubts"][usize::try_from(at).unwrap()]));
    numbers(requirement).into_iter().chain(doubts).collect()
}

/// The requirements of the JSON, each with its places.
fn wanted(json: &Value) -> BTreeMap<String, BTreeSet<u64>> {
    let all = list(&json["requirements"]).iter();
    all.map(|requirement| (text(requirement, "id").to_owned(), places(json, requirement))).collect()
}

fn number(name: &str) -> u64 {
    name.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn html_and_markdown_lose_nothing() {
    each(&all_releases(), |release| {
        let (json, at) = (assessed(release), release.display().to_string());
        let html = rendered(release, "html", &[]);
        let markdown = rendered(release, "markdown", &[]);
        let evidence = list(&json["evidence"]);
        assert_eq!(html.matches("<li id=\"e").count(), evidence.len(), "{at}");
        for (number, place) in evidence.iter().enumerate() {
            let entry =
                html.split(&format!("<li id=\"e{number}\">")).nth(1).unwrap_or_else(|| panic!("{at}: e{number}"));
            let entry = entry.split("</li>").next().unwrap();
            let line = markdown.lines().find(|line| line.starts_with(&format!("- e{number}: ")));
            let line = line.unwrap_or_else(|| panic!("{at}: e{number}"));
            let digest = place.get("sha256").and_then(Value::as_str).unwrap_or_else(|| text(place, "listing"));
            for found in [entry, line] {
                assert!(found.contains(digest) && found.contains(text(place, "basis")), "{at}: e{number}: {found}");
            }
        }
        for (id, places) in wanted(&json) {
            let entry = html.split(&format!("id=\"r-{id}\">")).nth(1).unwrap_or_else(|| panic!("{at}: {id}"));
            let entry = entry.split("Link to this requirement").next().unwrap();
            let line = markdown.split(&format!("- `{id}` **")).nth(1);
            let line = line.unwrap_or_else(|| panic!("{at}: {id}"));
            let line = line.split("\n- ").next().unwrap();
            for number in places {
                assert!(entry.contains(&format!("href=\"#e{number}\"")), "{at}: {id} rests on e{number}: {entry}");
                let told = line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == format!("e{number}"));
                assert!(told, "{at}: {id} rests on e{number}: {line}");
            }
        }
        for link in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            let shape = link.starts_with("m-");
            assert!(shape || html.contains(&format!("id=\"{link}\"")), "{at}: #{link} leads nowhere");
        }
        assert!(!html.contains("<script") && !html.contains(" src=\""), "{at}");
    });
}

#[test]
fn sarif_loses_nothing() {
    each(&all_releases(), |release| {
        let (json, at) = (assessed(release), release.display().to_string());
        let sarif = parsed(release, "sarif", &[]);
        assert_eq!(sarif["version"], "2.1.0", "{at}");
        let run = &sarif["runs"][0];
        assert_eq!(run["properties"]["evidence"], json["evidence"], "{at}");
        let rules = list(&run["tool"]["driver"]["rules"]);
        let ids: BTreeSet<&str> = rules.iter().map(|rule| text(rule, "id")).collect();
        assert_eq!(ids.len(), rules.len(), "{at}: a rule stands twice");
        for (id, places) in wanted(&json) {
            let rule = rules.iter().find(|rule| rule["id"] == id.as_str()).unwrap_or_else(|| panic!("{at}: {id}"));
            let numbers = |value: &Value| list(&value["evidence"]).iter().filter_map(Value::as_u64).collect::<Vec<_>>();
            let mut found: BTreeSet<u64> = numbers(&rule["properties"]).into_iter().collect();
            found.extend(list(&rule["properties"]["doubts"]).iter().flat_map(numbers));
            assert_eq!(found, places, "{at}: {id}");
        }
        let failing = list(&json["requirements"])
            .iter()
            .filter(|one| one.get("probe").is_some() && matches!(text(one, "status"), "not-met" | "unknown"));
        let claims = list(&json["claims"]).iter().filter(|claim| claim["holds"] != "yes");
        let expected = failing.count() + claims.count() + list(&json["restrictions"]).len();
        let results = list(&run["results"]);
        assert_eq!(results.len(), expected, "{at}");
        for result in results {
            let rule = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).unwrap();
            assert_eq!(rules[rule]["id"], result["ruleId"], "{at}");
            assert_eq!(result["kind"] == "fail", result["level"] != "none", "{at}: {result}");
            assert!(!list(&result["locations"]).is_empty(), "{at}: {result}");
            for location in list(&result["locations"]).iter().chain(list(&result["relatedLocations"])) {
                let Some(place) = location.get("physicalLocation") else { continue };
                let uri = text(&place["artifactLocation"], "uri");
                assert!(!uri.contains([' ', '<', '"', '\\']) && !uri.starts_with('/'), "{at}: {uri}");
                assert!(run["originalUriBaseIds"].get(text(&place["artifactLocation"], "uriBaseId")).is_some(), "{at}");
                assert!(place["region"]["startLine"] != 0, "{at}: lines count from 1");
            }
        }
    });
}

#[test]
fn bills_lose_nothing() {
    each(&all_releases(), |release| {
        let (json, at) = (assessed(release), release.display().to_string());
        let wanted = wanted(&json);
        for format in ["cyclonedx", "cyclonedx-1.7"] {
            let bill = parsed(release, format, &[]);
            let named: BTreeSet<String> = list(&bill["definitions"]["standards"])
                .iter()
                .flat_map(|standard| list(&standard["requirements"]))
                .map(|one| text(one, "identifier").to_owned())
                .collect();
            assert_eq!(named, wanted.keys().cloned().collect(), "{at}: {format}");
            let evidence = list(&bill["declarations"]["evidence"]);
            assert_eq!(evidence.len(), list(&json["evidence"]).len(), "{at}: {format}");
            for (one, place) in evidence.iter().zip(list(&json["evidence"])) {
                let digest = place.get("sha256").and_then(Value::as_str).unwrap_or_else(|| text(place, "listing"));
                assert!(text(one, "description").contains(digest), "{at}: {one}");
            }
            let claims = list(&bill["declarations"]["claims"]);
            for (id, places) in &wanted {
                let claim = claims.iter().find(|claim| claim["bom-ref"] == format!("claim-{id}")).expect("a claim");
                let cited = list(&claim["evidence"]).iter().chain(list(&claim["counterEvidence"]));
                let cited: BTreeSet<u64> = cited.map(|name| number(name.as_str().unwrap())).collect();
                assert_eq!(cited, *places, "{at}: {format}: {id}");
            }
            for (requirement, map) in list(&bill["declarations"]["attestations"])
                .iter()
                .flat_map(|one| list(&one["map"]))
                .map(|map| (text(map, "requirement"), map))
            {
                let id = requirement.trim_start_matches("requirement-");
                let status = list(&json["requirements"]).iter().find(|one| one["id"] == id).expect("a requirement");
                let score = &map["conformance"]["score"];
                let expected = match text(status, "status") {
                    "met" => json!(1),
                    "not-met" => json!(0),
                    _ => Value::Null,
                };
                assert_eq!(*score, expected, "{at}: {id}");
            }
            references(&bill, &at);
        }
        let spdx = parsed(release, "spdx", &[]);
        let graph = list(&spdx["@graph"]);
        let notes = graph.iter().filter(|one| one["type"] == "Annotation" && one["contentType"] == "application/json");
        let notes: Vec<(&str, Value)> = notes
            .map(|one| (text(one, "spdxId"), serde_json::from_str(text(one, "statement")).expect("JSON")))
            .collect();
        let of = |kind: &str| notes.iter().filter(|(_, note)| note["candor"] == kind).collect::<Vec<_>>();
        let evidence: Vec<&Value> = of("evidence").iter().map(|(_, note)| &note["at"]).collect();
        assert_eq!(evidence, list(&json["evidence"]).iter().collect::<Vec<_>>(), "{at}");
        let requirements = of("requirement");
        assert_eq!(requirements.len(), wanted.len(), "{at}");
        for (id, note) in requirements {
            let rests = graph.iter().filter(|one| one["relationshipType"] == "hasEvidence" && one["from"] == *id);
            let rests = rests.flat_map(|one| list(&one["to"])).map(|to| number(to.as_str().unwrap()));
            assert_eq!(rests.collect::<BTreeSet<_>>(), wanted[text(note, "requirement")], "{at}: {id}");
        }
        profile(graph, &at);
    });
}

/// Every reference of a CycloneDX document leads to exactly one element.
fn references(bill: &Value, at: &str) {
    fn walk(value: &Value, defined: &mut Vec<String>, used: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("bom-ref", Value::String(name)) => defined.push(name.clone()),
                        ("ref" | "target" | "requirement" | "assessor", Value::String(name)) => used.push(name.clone()),
                        (
                            "dependsOn" | "claims" | "counterClaims" | "evidence" | "counterEvidence" | "assemblies",
                            Value::Array(names),
                        ) => {
                            used.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
                            names.iter().for_each(|value| walk(value, defined, used));
                        }
                        (_, value) => walk(value, defined, used),
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, defined, used)),
            _ => {}
        }
    }
    let (mut defined, mut used) = (Vec::new(), Vec::new());
    walk(bill, &mut defined, &mut used);
    let once: BTreeSet<&String> = defined.iter().collect();
    assert_eq!(once.len(), defined.len(), "{at}: a bom-ref stands twice");
    for name in used {
        assert!(once.contains(&name), "{at}: `{name}` leads nowhere");
    }
}

/// What the AI and Dataset profiles of SPDX demand and its validators do not check.
fn profile(graph: &[Value], at: &str) {
    let document = graph.iter().find(|one| one["type"] == "SpdxDocument").expect("a document");
    let claims = |profile: &str| list(&document["profileConformance"]).iter().any(|one| one == profile);
    let known: BTreeSet<&str> = graph.iter().map(|one| text(one, "spdxId")).collect();
    for package in graph {
        let kind = text(package, "type");
        if !matches!(kind, "ai_AIPackage" | "dataset_DatasetPackage") {
            continue;
        }
        for relation in ["hasDeclaredLicense", "hasConcludedLicense"] {
            let held =
                graph.iter().filter(|one| one["relationshipType"] == relation && one["from"] == package["spdxId"]);
            let held: Vec<&Value> = held.collect();
            assert_eq!(held.len(), 1, "{at}: {relation} of {}", package["name"]);
            assert_eq!(list(&held[0]["to"]).len(), 1, "{at}: {relation}");
        }
        let (name, demanded): (&str, &[&str]) = match kind {
            "ai_AIPackage" => (
                "ai",
                &[
                    "releaseTime", "suppliedBy", "software_downloadLocation", "software_packageVersion",
                    "software_primaryPurpose",
                ],
            ),
            _ => (
                "dataset",
                &[
                    "builtTime", "originatedBy", "releaseTime", "software_downloadLocation", "software_primaryPurpose",
                    "dataset_datasetType",
                ],
            ),
        };
        for key in demanded.iter().filter(|_| claims(name)) {
            assert!(package.get(key).is_some(), "{at}: claims `{name}` without {key}");
        }
        assert!(kind == "ai_AIPackage" || !list(&package["dataset_datasetType"]).is_empty(), "{at}");
    }
    for relation in graph.iter().filter(|one| one["type"] == "Relationship") {
        for end in list(&relation["to"]).iter().chain([&relation["from"]]).filter_map(Value::as_str) {
            assert!(known.contains(end) || end.starts_with("https://spdx.org/"), "{at}: {end} leads nowhere");
        }
    }
}

/// The bill of a release that says all that the AI profile demands claims it, and one that does not does not.
#[test]
fn the_ai_profile_is_claimed_where_all_is_known() {
    let temp = Temp::new();
    temp.write("files/README.md", "---\nlicense: mit\n---\n# A\n");
    let bundle = "format = 1\nid = \"a\"\n[[part]]\nrole = \"model\"\nlocator = \"hf:o/a\"\nrevision = \"0123456789abcdef\"\nfiles = \"files\"\n";
    let release = temp.write("release.toml", bundle);
    for (more, claimed) in [(&["--released", "2026-01-31"][..], true), (&[], false)] {
        let spdx = parsed(&release, "spdx", more);
        let graph = list(&spdx["@graph"]);
        let document = graph.iter().find(|one| one["type"] == "SpdxDocument").expect("a document");
        assert_eq!(list(&document["profileConformance"]).iter().any(|one| one == "ai"), claimed);
        profile(graph, "a");
    }
}

fn sheet(path: &Path, about: Option<(&str, &str)>) -> FactSheet {
    let request = candor_source::Request { locator: path.display().to_string(), complete: false, with: Vec::new() };
    let mut snapshot = candor_source::resolve(&request).expect("a release");
    if let Some((id, reference)) = about {
        snapshot.release.id = id.to_owned();
        snapshot.release.subject = vec![reference.to_owned()];
    }
    candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone())
}

/// The claims of a sheet that a bill carries, as text; those of a basis.
fn claims(sheet: &FactSheet, wanted: impl Fn(&Basis) -> bool) -> BTreeSet<String> {
    let facts = sheet.facts().filter(|(_, fact)| wanted(&fact.evidence.basis));
    let text = |claim: &Claim| {
        let mut claim = claim.clone();
        if let Claim::Restricted { term, .. } = &mut claim {
            term.bytes = None;
        }
        serde_json::to_string(&claim).expect("JSON")
    };
    facts.map(|(_, fact)| text(&fact.claim)).collect()
}

#[test]
fn declared_facts_come_back_from_bills() {
    each(&all_releases(), |release| {
        let before = sheet(release, None);
        let declared = claims(&before, |basis| *basis == Basis::Declared);
        let all = claims(&before, |_| true);
        let temp = Temp::new();
        for format in ["cyclonedx", "cyclonedx-1.7", "spdx"] {
            let at = format!("{}: {format}", release.display());
            let text = rendered(release, format, &[]);
            let path = temp.write("bom.json", &text);
            let models = candor_inspect::listed_models(text.as_bytes());
            assert_eq!(models.len(), 1, "{at}");
            let after = sheet(&path, Some((&models[0].name, &models[0].reference)));
            assert!(after.gaps().is_empty(), "{at}: {:?}", after.gaps());
            assert!(claims(&after, Basis::confirms).iter().all(|claim| !claim.contains("license")), "{at}");
            let read = claims(&after, |basis| *basis == Basis::Declared);
            let lost: Vec<&String> = declared.difference(&read).collect();
            assert!(lost.is_empty(), "{at}: lost {lost:#?}");
            // Nothing is invented: what is new was observed before, or follows from where the weights lie and what
            // the licence was found to be.
            for claim in read.difference(&all) {
                let claim: Claim = serde_json::from_str(claim).expect("a claim");
                let fine = match &claim {
                    Claim::Provides { component, extent, .. } => {
                        *component == Component::WeightsEndFinal && *extent == Extent::Elsewhere
                    }
                    Claim::LicenseDeclared { expression, .. } => expression.is_some() && concluded(&before),
                    _ => false,
                };
                assert!(fine, "{at}: invented {claim:?}");
            }
        }
    });
}

fn concluded(sheet: &FactSheet) -> bool {
    let read = |claim: &Claim| matches!(claim, Claim::LicenseText { kind, .. } if *kind != LicenseKind::Unrecognised);
    sheet.facts().any(|(_, fact)| read(&fact.claim))
}

/// Schemas that stand beside each other in a folder of the corpus; nothing is fetched.
struct Beside(PathBuf);

impl jsonschema::Retrieve for Beside {
    fn retrieve(&self, uri: &jsonschema::Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.as_str().rsplit('/').next().unwrap_or_default().split('#').next().unwrap_or_default();
        Ok(serde_json::from_slice(&std::fs::read(self.0.join(name))?)?)
    }
}

#[test]
fn bills_are_what_their_schemas_say() {
    let (Some(cyclonedx), Some(spdx)) = (corpus("ecosystem/cyclonedx"), corpus("ecosystem/spdx3")) else { return };
    let validator = |folder: &Path, file: &str| {
        let schema: Value = serde_json::from_slice(&std::fs::read(folder.join(file)).expect(file)).expect("JSON");
        let options = jsonschema::options().should_validate_formats(true).with_retriever(Beside(folder.to_owned()));
        options.build(&schema).expect("a schema")
    };
    let validators = [
        ("cyclonedx", validator(&cyclonedx, "bom-1.6.schema.json")),
        ("cyclonedx-1.7", validator(&cyclonedx, "bom-1.7.schema.json")),
        ("spdx", validator(&spdx, "schema.json")),
    ];
    each(&all_releases(), |release| {
        for (format, validator) in &validators {
            for more in [&[][..], &["--date", "2026-01-31"]] {
                let errors: Vec<String> = validator
                    .iter_errors(&parsed(release, format, more))
                    .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
                    .collect();
                assert!(errors.is_empty(), "{}: {format}: {errors:#?}", release.display());
            }
        }
    });
    // The validators refuse what is wrong.
    let mut wrong = parsed(&example("open-source"), "cyclonedx", &[]);
    wrong["metadata"]["component"]["licenses"] = json!([{"license": {"id": "unknown"}}]);
    assert!(!validators[0].1.is_valid(&wrong));
    let mut wrong = parsed(&example("open-source"), "spdx", &[]);
    wrong["@graph"][1]["spdxId"] = json!("no address");
    assert!(!validators[2].1.is_valid(&wrong));
}

/// A release in which every name and text tries to be something else.
fn wild() -> (Temp, PathBuf) {
    let temp = Temp::new();
    let name = "<img src=x onerror=alert(1)> \u{202e}gpj";
    let card = format!(
        "---\nlicense: \"<script>alert(1)</script>\"\ndatasets:\n- \"x\\\" onload=y\"\n- '=1+1'\nbase_model: 'a](javascript:x)`|'\n---\n# <u>{name}</u>\n\nAn open source model, @everyone #1 `x` | {name}. You may not use it for <script>alert(2)</script> commercially.\n"
    );
    let folder = temp.join("<i>wild\u{202e}|`@all");
    common::write(&folder.join("README.md"), card);
    common::write(
        &folder.join("LICENSE <script>.txt"),
        "You may use <script>alert(3)</script> \u{1b}[31m for research only.\n",
    );
    common::write(&folder.join("a\"b'c.safetensors"), common::safetensors(&[("<t>", 2)]));
    (temp, folder)
}

#[test]
fn what_others_wrote_stays_words() {
    let (_temp, wild) = wild();
    let other = example("open-weights");
    let (wild, other) = (wild.to_str().expect("UTF-8"), other.to_str().expect("UTF-8"));
    for command in ["assess", "compare", "explain"] {
        for format in FORMATS {
            let serves = match command {
                "assess" => format.assess.is_some(),
                "compare" => format.compare.is_some(),
                _ => format.explain.is_some(),
            };
            if !serves {
                continue;
            }
            let more: &[&str] = match command {
                "assess" => &[],
                "compare" => &[other],
                _ => &["spectrum"],
            };
            let arguments = [command, wild].into_iter().chain(more.iter().copied()).chain(["--format", format.id]);
            let text = candor(arguments).answer();
            let at = format!("{command} {}: {text}", format.id);
            let markup = matches!(format.id, "html" | "markdown" | "badge");
            for bad in ["<script", "<img", "<i>", "<u>", "onload=y\""] {
                assert!(!markup || !text.contains(bad), "{bad} in {at}");
            }
            for bad in ["@everyone", "@all", "](javascript"] {
                // An escaped bracket closes no link; and only Markdown knows mentions.
                let meant = format.id == "markdown" && text.replace("\\]", "").contains(bad);
                assert!(!meant, "{bad} in {at}");
            }
            let tricks = |c: char| c != '\n' && c != '\r' && candor_report::tricks(c);
            let machine = matches!(format.media_type.rsplit('/').next(), Some(kind) if kind.contains("json"));
            assert!(machine || !text.contains(tricks), "{at}");
            assert!(!text.contains('\u{1b}'), "{at}");
            assert!(
                format.id != "csv" || !text.lines().any(|line| line.split(',').any(|cell| cell.starts_with('='))),
                "{at}"
            );
            if machine {
                let _: Value = serde_json::from_str(&text).expect("JSON");
            }
        }
    }
}

#[test]
fn a_date_is_told_only_when_given_and_runs_agree() {
    for format in FORMATS.iter().filter(|format| format.assess.is_some()) {
        let one = rendered(&example("open-source"), format.id, &[]);
        assert_eq!(one, rendered(&example("open-source"), format.id, &[]), "{}", format.id);
        let dated = rendered(&example("open-source"), format.id, &["--date", "2031-02-03"]);
        let tells = !matches!(format.id, "human" | "json" | "sarif");
        assert_eq!(dated.contains("2031-02-03"), tells, "{}", format.id);
    }
    let wrong = candor(["assess", "examples/open-source", "--date", "3 May"]);
    assert_eq!((wrong.code, wrong.err.contains("YYYY-MM-DD")), (2, true), "{}", wrong.err);
}

#[test]
fn an_output_is_there_whole_or_not_at_all() {
    let temp = Temp::new();
    let path = temp.write("report.html", "before");
    let run = candor(["assess", "examples/open-source", "--format", "html", "-o", path.to_str().unwrap()]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    let text = std::fs::read_to_string(&path).expect("written");
    assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"));
    let missing = temp.join("no such folder/report.html");
    let run = candor(["assess", "examples/open-source", "-o", missing.to_str().unwrap()]);
    assert_eq!((run.code, run.err.contains("report.html")), (2, true), "{}", run.err);
    assert_eq!(common::files_in(temp.path()), [path]);
}

#[test]
fn the_name_of_a_file_tells_the_format_unless_one_is_said() {
    let temp = Temp::new();
    for (command, name, said, expected) in [
        ("assess", "a.html", None, "html"),
        ("assess", "a.json", None, "json"),
        ("assess", "a.md", None, "markdown"),
        ("assess", "a.sarif", None, "sarif"),
        ("assess", "a.cdx.json", None, "cyclonedx"),
        ("assess", "a.spdx.json", None, "spdx"),
        ("assess", "a.svg", None, "badge"),
        ("assess", "a.txt", None, "human"),
        ("assess", "html", None, "human"),
        ("assess", "b.html", Some("human"), "human"),
        ("explain", "c.json", None, "json"),
    ] {
        let path = temp.join(name);
        let what: &[&str] = if command == "explain" { &["osaid.parameters-terms"] } else { &[] };
        let write = |format: &[&str]| {
            let args = [&[command, "examples/open-source"], what, format, &["-o", path.to_str().unwrap()]].concat();
            let run = candor(args);
            assert_eq!(run.code, 0, "{name}: {}", run.err);
            std::fs::read(&path).expect("written")
        };
        let told = write(&said.map_or(vec![], |said| vec!["--format", said]));
        assert_eq!(told, write(&["--format", expected]), "{name}");
    }
    let path = temp.join("a.svg");
    let run = candor(["explain", "examples/open-source", "osaid.parameters-terms", "-o", path.to_str().unwrap()]);
    assert_eq!((run.code, run.err.contains("`badge`"), path.exists()), (2, true, true), "{}", run.err);
}

#[test]
fn a_document_about_one_release_is_not_made_of_two() {
    for format in FORMATS.iter().filter(|format| format.assess.is_some()) {
        let run = candor(["assess", "examples/open-source", "examples/closed", "--format", format.id]);
        let fits = format.several == Several::Yes;
        assert_eq!(run.code, if fits { 0 } else { 2 }, "{}: {}", format.id, run.err);
        assert!(fits || run.err.contains("compare"), "{}", run.err);
    }
}

#[test]
fn a_bill_of_several_models_is_answered_model_by_model() {
    let temp = Temp::new();
    let model = |name: &str, more: &str| {
        format!("{{\"type\": \"machine-learning-model\", \"bom-ref\": \"ref-{name}\", \"name\": \"{name}\"{more}}}")
    };
    let bill = format!(
        "{{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"components\": [{}, {}]}}",
        model("alpha", ", \"licenses\": [{\"license\": {\"id\": \"MIT\"}}], \"purl\": \"pkg:huggingface/o/alpha@1\""),
        model("beta", ", \"licenses\": [{\"license\": {\"name\": \"llama3.1\"}}]")
    );
    let path = temp.write("bom.json", bill);
    let path = path.to_str().unwrap();
    let both = candor(["assess", path, "--format", "json"]).json();
    let names: Vec<&str> = list(&both).iter().map(|one| text(&one["release"], "id")).collect();
    assert_eq!(names, ["alpha", "beta"]);
    assert_eq!(both[0]["standings"]["spectrum"]["confirmed"], "unknown", "a bill confirms nothing");
    let license = |model: &Value| list(&model["components"])[0]["license"]["concluded"].clone();
    assert_eq!((license(&both[0]), license(&both[1])), (json!("MIT"), json!("LicenseRef-llama-3.1")));
    assert!(!list(&both[1]["restrictions"]).is_empty());
    let one = candor(["assess", &format!("{path}#beta"), "--format", "json"]).json();
    assert_eq!(one, both[1]);
    assert_eq!(candor(["compare", path]).code, 0);
    let unclear = candor(["explain", path, "spectrum"]);
    assert_eq!(
        (unclear.code, unclear.err.contains("alpha") && unclear.err.contains("#")),
        (2, true),
        "{}",
        unclear.err
    );
    let none = candor(["assess", &format!("{path}#gamma")]);
    assert_eq!((none.code, none.err.contains("beta")), (2, true), "{}", none.err);
}
