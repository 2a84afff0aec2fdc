//! What packages are selected for, and where code is looked for.
//!
//! In: what the user asks for, and an [`Environment`]. Out: [`Config`], and the build tags that hold.
//!
//! Source: `go help buildconstraint`, `go help environment`; internal/buildcfg of Go 1.26 for the tags of experiments
//! and of processor features.

use crate::environment::{Environment, is_goroot};
use crate::overlay::Overlay;
use crate::problem::Problem;
use crate::version::GoVersion;
use rulec_gofront::BuildContext;
use std::path::{Path, PathBuf};

/// What packages are selected for, and where code is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The operating system, as in `linux`; `None` for GOOS, or else that of this machine.
    pub goos: Option<String>,
    /// The processor architecture, as in `amd64`; `None` for GOARCH, or else that of this machine.
    pub goarch: Option<String>,
    /// Build tags. If there are none, those of `-tags` in GOFLAGS hold.
    pub tags: Vec<String>,
    /// Whether files that import "C" belong to packages. `None` for CGO_ENABLED, or else: if the platform is that of
    /// this machine. Unlike Go, no C compiler is looked for: it is not needed to read Go code.
    pub cgo: Option<bool>,
    /// The Go distribution.
    pub goroot: Goroot,
    /// The module cache; `None` for that of the environment.
    pub modcache: Option<PathBuf>,
    /// A folder of the layout before modules: import paths are relative to its `src`, and go.mod files there do not
    /// count.
    pub gopath: Option<PathBuf>,
    /// The Go release that tags such as `go1.22` are about; `None` for that of the distribution.
    pub go_version: Option<GoVersion>,
    /// The variables of the go command.
    pub environment: Environment,
    /// What stands for files on disk.
    pub overlay: Overlay,
}

/// Where the Go distribution is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Goroot {
    /// In `$GOROOT`, where the `go` on the PATH is, or in /usr/local/go, in this order. Without one: [`Goroot::None`].
    #[default]
    Auto,
    /// In this folder.
    Dir(PathBuf),
    /// There is none; imports of the standard library are [`crate::Resolution::Std`].
    None,
}

/// The release that is meant where nothing says which.
const NEWEST_MINOR: u32 = 26;

impl Config {
    /// This machine, as the go command sees it.
    pub fn of_this_machine() -> Config {
        Config { environment: Environment::current(), ..Config::default() }
    }

    /// The root of the distribution, and what is wrong with the one asked for.
    pub(crate) fn goroot_dir(&self) -> (Option<PathBuf>, Option<Problem>) {
        let asked = match &self.goroot {
            Goroot::Auto => self.environment.goroot(),
            Goroot::Dir(dir) => Some(dir.clone()),
            Goroot::None => None,
        };
        match asked {
            Some(dir) if is_goroot(&dir) => (Some(dir), None),
            Some(dir) => (None, Some(Problem::no_goroot(&dir))),
            None => (None, None),
        }
    }

    /// The module cache, whether it exists or not.
    pub(crate) fn modcache_dir(&self) -> Option<PathBuf> {
        self.modcache.clone().or_else(|| self.environment.modcache())
    }

    /// The platform, the release and all tags that hold.
    pub(crate) fn build_context(&self, goroot: Option<&Path>) -> BuildContext {
        let choose = |own: &Option<String>, variable: &str, host: String| {
            own.clone().or_else(|| self.environment.get(variable).map(str::to_owned)).unwrap_or(host)
        };
        let goos = choose(&self.goos, "GOOS", host_goos());
        let goarch = choose(&self.goarch, "GOARCH", host_goarch());
        let release = self.go_version.or_else(|| release_of(goroot?));
        let mut tags = self.tags.clone();
        if tags.is_empty() {
            let flags = self.environment.flag("tags").unwrap_or_default();
            tags = flags.split([',', ' ']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        }
        let is_host = goos == host_goos() && goarch == host_goarch();
        let by_variable = self.environment.get("CGO_ENABLED").map(|value| value == "1");
        if self.cgo.or(by_variable).unwrap_or(is_host) {
            tags.push("cgo".to_owned());
        }
        let go_minor = release.map_or(NEWEST_MINOR, |release| release.minor);
        let changes = self.environment.get("GOEXPERIMENT").unwrap_or_default();
        tags.extend(experiments(&goos, &goarch, go_minor, changes).iter().map(|name| format!("goexperiment.{name}")));
        tags.extend(features(&goarch).iter().map(|feature| format!("{goarch}.{feature}")));
        BuildContext { goos, goarch, tags, go_minor }
    }
}

/// The release that the VERSION file of a distribution names.
fn release_of(goroot: &Path) -> Option<GoVersion> {
    let text = std::fs::read_to_string(goroot.join("VERSION")).ok()?;
    GoVersion::parse(text.lines().next()?.trim())
}

fn host_goos() -> String {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
    .to_owned()
}

fn host_goarch() -> String {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "powerpc64" => "ppc64",
        "loongarch64" => "loong64",
        other => other,
    }
    .to_owned()
}

/// The experiments that are on: those of the release, changed by the words of GOEXPERIMENT.
fn experiments(goos: &str, goarch: &str, go_minor: u32, changes: &str) -> Vec<String> {
    let has_register_calls =
        matches!(goarch, "amd64" | "arm64" | "loong64" | "ppc64" | "ppc64le" | "riscv64" | "s390x");
    let has_dwarf5 = !matches!(goos, "darwin" | "ios" | "aix");
    // Name, first release, first release without it, and whether the platform has it.
    let by_default = [
        ("regabiwrappers", 17, u32::MAX, has_register_calls),
        ("regabiargs", 17, u32::MAX, has_register_calls),
        ("coverageredesign", 20, 25, true),
        ("aliastypeparams", 24, 26, true),
        ("swissmap", 24, 26, true),
        ("spinbitmutex", 24, 26, matches!(goarch, "amd64" | "arm64" | "loong64" | "ppc64" | "ppc64le" | "riscv64")),
        ("dwarf5", 25, u32::MAX, has_dwarf5),
        ("randomizedheapbase64", 26, u32::MAX, true),
        ("greenteagc", 26, u32::MAX, true),
    ];
    let is_on = |since: u32, until: u32| (since..until).contains(&go_minor);
    let on = by_default.iter().filter(|(_, since, until, there)| *there && is_on(*since, *until));
    let mut on: Vec<String> = on.map(|(name, ..)| (*name).to_owned()).collect();
    for change in changes.split(',').filter(|change| !change.is_empty()) {
        match change.strip_prefix("no") {
            Some("ne") => on.clear(),
            Some(name) => on.retain(|own| own != name),
            None => on.push(change.to_owned()),
        }
    }
    on
}

/// The processor features that Go takes for granted where GOAMD64 and its like are not set.
fn features(goarch: &str) -> &'static [&'static str] {
    match goarch {
        "386" => &["sse2"],
        "amd64" => &["v1"],
        "arm" => &["5", "6", "7"],
        "arm64" => &["v8.0"],
        "mips" | "mipsle" | "mips64" | "mips64le" => &["hardfloat"],
        "ppc64" | "ppc64le" => &["power8"],
        "riscv64" => &["rva20u64"],
        "wasm" => &["satconv", "signext"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Config {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config { environment: variables.collect(), goroot: Goroot::None, ..Config::default() }
    }

    #[test]
    fn what_is_left_open_is_taken_from_the_environment_and_the_machine() {
        let host = with(&[]).build_context(None);
        assert!(host.satisfies("cgo") && host.satisfies("go1.26") && !host.satisfies("go1.27"));
        let other = with(&[("GOOS", "plan9"), ("GOFLAGS", "-tags=a,b")]).build_context(None);
        assert!(other.satisfies("plan9") && other.satisfies("b") && !other.satisfies("cgo"));
        let cross = with(&[("GOOS", "plan9"), ("CGO_ENABLED", "1")]).build_context(None);
        assert!(cross.satisfies("cgo"));
        let mut asked = with(&[("GOOS", "plan9"), ("GOFLAGS", "-tags=a,b"), ("CGO_ENABLED", "1")]);
        asked.goos = Some("js".to_owned());
        asked.goarch = Some("wasm".to_owned());
        asked.tags = vec!["c".to_owned()];
        asked.cgo = Some(false);
        asked.go_version = GoVersion::parse("1.21");
        let asked = asked.build_context(None);
        for (tag, holds) in [
            ("js", true),
            ("c", true),
            ("a", false),
            ("cgo", false),
            ("go1.21", true),
            ("go1.22", false),
            ("wasm.signext", true),
            ("unix", false),
            ("goexperiment.regabiargs", false),
        ] {
            assert_eq!(asked.satisfies(tag), holds, "{tag}");
        }
    }

    #[test]
    fn experiments_follow_the_release_and_the_variable() {
        let joined = |minor, changes| experiments("linux", "amd64", minor, changes).join(" ");
        assert_eq!(joined(26, ""), "regabiwrappers regabiargs dwarf5 randomizedheapbase64 greenteagc");
        assert_eq!(
            joined(26, "nodwarf5,synctest"),
            "regabiwrappers regabiargs randomizedheapbase64 greenteagc synctest"
        );
        assert_eq!(joined(26, "none"), "");
        assert_eq!(joined(16, ""), "");
        assert_eq!(experiments("darwin", "386", 26, "").join(" "), "randomizedheapbase64 greenteagc");
    }

    #[test]
    fn a_distribution_that_is_none_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { goroot: Goroot::Dir(dir.path().to_owned()), ..Config::default() };
        let (goroot, problem) = config.goroot_dir();
        assert_eq!(goroot, None);
        assert!(problem.unwrap().message.contains("holds no Go distribution"));
    }
}
