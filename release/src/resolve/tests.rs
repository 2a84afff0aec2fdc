use super::*;

/// An index in memory: `a 1.0.0: b ^1, c =2.0.0`, one version to a line; `!` in front is yanked.
struct Text(&'static str);

impl Provider for Text {
    fn candidates(&mut self, name: &str, source: &Source) -> Result<Vec<Candidate>, String> {
        if *source == Source::Path("nowhere".to_owned()) {
            return Err("there is no such folder".to_owned());
        }
        let lines = self.0.lines().filter_map(|line| line.trim().split_once(' '));
        let of_name = lines.filter(|(pack, _)| pack.trim_start_matches('!') == name);
        Ok(of_name.map(|(pack, rest)| candidate(pack, rest)).collect())
    }
}

fn candidate(pack: &str, rest: &str) -> Candidate {
    let (version, wants) = rest.split_once(':').unwrap_or((rest, ""));
    let version = Version::parse(version.trim()).expect("a version");
    let wants = wants.split(',').filter(|want| !want.trim().is_empty()).map(want).collect();
    Candidate { hash: format!("{pack}{version}"), version, yanked: pack.starts_with('!'), wants }
}

fn want(text: &str) -> Want {
    let (name, requirement) = text.trim().split_once(' ').expect("a name and a requirement");
    let (requirement, source) = requirement
        .split_once('@')
        .map_or((requirement, None), |(requirement, path)| (requirement, Some(Source::Path(path.to_owned()))));
    Want { name: name.to_owned(), requirement: VersionReq::parse(requirement).expect("a requirement"), source }
}

fn solve(index: &'static str, wants: &[&str], locked: &[(&str, &str)]) -> Result<String, String> {
    let wants: Vec<Want> = wants.iter().map(|text| want(text)).collect();
    let version = |text: &str| Version::parse(text).expect("a version");
    let locked = locked.iter().map(|(name, text)| ((*name).to_owned(), version(text))).collect();
    let place = Source::Index("index".to_owned());
    let root = Root { name: "root", wants: &wants, index: Some(&place), locked: &locked };
    let names =
        |found: Resolution| found.packs.iter().map(|one| format!("{} {}", one.name, one.version)).collect::<Vec<_>>();
    resolve(root, &mut Text(index)).map(|found| names(found).join(", ")).map_err(|failure| failure.to_string())
}

const INDEX: &str = "a 1.0.0: b ^1
    a 1.1.0: b ^2
    a 2.0.0: b ^3
    b 1.0.0
    b 1.5.0
    b 2.0.0: c ^1
    b 2.1.0-rc.1
    c 1.0.0
    !c 1.1.0
    d 1.0.0: b <2
    e 1.0.0: f ^1
    f 1.0.0: e ^1";

#[test]
fn the_highest_that_fit() {
    assert_eq!(solve(INDEX, &["a ^1"], &[]), Ok("c 1.0.0, b 2.0.0, a 1.1.0".to_owned()));
    assert_eq!(solve(INDEX, &["b *"], &[]), Ok("c 1.0.0, b 2.0.0".to_owned()), "neither yanked nor a pre-release");
    assert_eq!(solve(INDEX, &["b =2.1.0-rc.1"], &[]), Ok("b 2.1.0-rc.1".to_owned()));
}

#[test]
fn one_version_of_each_name() {
    assert_eq!(
        solve(INDEX, &["a ^1", "d ^1"], &[]),
        Ok("b 1.5.0, a 1.0.0, d 1.0.0".to_owned()),
        "goes back to a 1.0.0"
    );
}

#[test]
fn locked_versions_stay_while_they_fit() {
    assert_eq!(solve(INDEX, &["b *"], &[("b", "1.0.0")]), Ok("b 1.0.0".to_owned()));
    assert_eq!(solve(INDEX, &["b ^2"], &[("b", "1.0.0"), ("c", "1.1.0")]), Ok("c 1.1.0, b 2.0.0".to_owned()));
}

#[test]
fn failures_name_who_wants_what() {
    for (wants, expected) in [
        (&["a ^2"][..], "no version of the pack `b` fits: a 2.0.0 wants ^3; there is 2.1.0-rc.1, 2.0.0, 1.5.0, 1.0.0"),
        (
            &["a =1.1.0", "d ^1"],
            "no version of the pack `b` fits: a 1.1.0 wants ^2, d 1.0.0 wants <2; there is 2.1.0-rc.1",
        ),
        (&["x ^1"], "no version of the pack `x` fits: root wants ^1; there is no versions"),
        (&["e ^1"], "packs need each other in a circle: e → f → e"),
        (&["b ^1@nowhere"], "the pack `b`, which root needs, cannot be had: there is no such folder"),
    ] {
        let failure = solve(INDEX, wants, &[]).expect_err("no resolution");
        assert!(failure.starts_with(expected), "{wants:?}: {failure}");
    }
}

#[test]
fn the_root_says_where_a_pack_is() {
    let index = "a 1.0.0: c ^1@here\n b 1.0.0: c ^1@there\n c 1.0.0";
    let failure = solve(index, &["a ^1", "b ^1"], &[]).expect_err("two places");
    assert!(failure.contains("`path here` for a 1.0.0 and `path there` for b 1.0.0"), "{failure}");
    let found = solve(index, &["a ^1", "b ^1", "c ^1@mine"], &[]);
    assert_eq!(found, Ok("c 1.0.0, a 1.0.0, b 1.0.0".to_owned()));
    let none = BTreeMap::new();
    let wants = [want("a ^1")];
    let failure = resolve(Root { name: "root", wants: &wants, index: None, locked: &none }, &mut Text(index));
    assert_eq!(failure, Err(Failure::NoSource { name: "a".to_owned(), by: "root".to_owned() }));
}

/// Each level doubles the ways that lead nowhere.
#[test]
fn the_search_is_bounded() {
    let mut index = String::new();
    for name in 'a'..='p' {
        for version in 1..=4 {
            index.push_str(&format!("{name} {version}.0.0: z ^{}\n", if version == 1 { 1 } else { 9 }));
        }
    }
    index.push_str("z 2.0.0\n");
    let index: &'static str = Box::leak(index.into_boxed_str());
    let names: Vec<String> = ('a'..='p').map(|name| format!("{name} *")).collect();
    let wants: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(solve(index, &wants, &[]).is_err());
}
