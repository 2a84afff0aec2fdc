//! Every command and option that a document names exists, and output shown is real.

use crate::markdown::{Block, code, split};
use crate::{Page, pages, report, root, rulec, shown, updating};
use std::collections::BTreeMap;
use std::fs;

#[test]
fn every_command_and_option_exists() {
    let helps = Helps::default();
    let mut complaints = Vec::new();
    for page in pages() {
        let (blocks, prose) = split(&page.text);
        let in_blocks = blocks.iter().flat_map(|block| {
            let lines = block.text.lines().enumerate();
            lines.filter_map(|(index, line)| Some((block.line + 1 + index, invocation(line)?)))
        });
        let in_prose = prose.iter().flat_map(|(number, line)| code(line).map(|code| (*number, code)));
        for (number, text) in in_blocks.chain(in_prose) {
            if let Some(fault) = helps.fault(text) {
                complaints.push(format!("{}:{number}: `{text}`: {fault}", page.name));
            }
        }
    }
    report(&complaints);
}

/// The `rulec …` of a line of a shell block, if it has one.
fn invocation(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("$ ");
    match line.split_once("cargo run ").and_then(|(_, rest)| rest.split_once("-- ")) {
        // Another binary of the workspace has options of its own.
        Some((package, _)) if package.contains("-p ") => None,
        Some((_, arguments)) => Some(arguments),
        None => line.starts_with("rulec ").then_some(line),
    }
}

/// What the binary says of itself.
struct Helps {
    /// The help of each command; of `rulec` itself under the empty name.
    texts: BTreeMap<String, String>,
}

impl Default for Helps {
    fn default() -> Helps {
        let top = help(&[]);
        let names = commands_of(&top);
        assert!(names.contains(&"check"), "no commands found in the help:\n{top}");
        // The options of `inspect tree` count as options of `inspect`.
        let with_below = |name: &str| {
            let text = help(&[name]);
            let below: String = commands_of(&text).iter().map(|below| help(&[name, below])).collect();
            text + &below
        };
        let mut texts: BTreeMap<_, _> = names.iter().map(|name| ((*name).to_owned(), with_below(name))).collect();
        texts.insert(String::new(), top);
        Helps { texts }
    }
}

impl Helps {
    /// What is wrong with inline code or a command line, if it names a command or option of the binary.
    fn fault(&self, text: &str) -> Option<String> {
        let mut words = text.split_whitespace();
        match words.next()? {
            "rulec" => {}
            option if option.starts_with("--") && option.len() > 2 => return self.option_fault(option, None),
            command if self.texts.contains_key(command) && text.contains(" --") => {
                return self.arguments_fault(command, words);
            }
            _ => return None,
        }
        match words.next() {
            None => None,
            Some(option) if option.starts_with('-') => self.option_fault(option, Some("")),
            Some(command) if self.texts.contains_key(command) => self.arguments_fault(command, words),
            Some(placeholder) if placeholder.chars().all(|c| c.is_uppercase()) => None,
            Some(command) => Some(format!("there is no command `{command}`")),
        }
    }

    fn arguments_fault<'w>(&self, command: &str, words: impl Iterator<Item = &'w str>) -> Option<String> {
        let mut options = words.filter(|word| word.starts_with("--"));
        options.find_map(|option| self.option_fault(option, Some(command)))
    }

    /// An option without a command has to be one of some command.
    fn option_fault(&self, option: &str, command: Option<&str>) -> Option<String> {
        let name = option.split(['=', '[']).next().unwrap_or(option).trim_end_matches([',', '.']);
        let has =
            |help: &String| help.split(|c: char| c.is_whitespace() || ",=[`".contains(c)).any(|word| word == name);
        let found = match command {
            Some(command) => self.texts.get(command).is_some_and(has) || self.texts.get("").is_some_and(has),
            None => self.texts.values().any(has) || OF_OTHERS.contains(&name),
        };
        (!found).then(|| format!("there is no option `{name}`"))
    }
}

/// The commands that a help lists.
fn commands_of(help: &str) -> Vec<&str> {
    let listed = help.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let lines = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

/// Options of other programs.
const OF_OTHERS: &[&str] = &["--workspace", "--release", "--check", "--all-targets", "--test"];

fn help(command: &[&str]) -> String {
    let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
    shown(&rulec(&root(), &arguments))
}

/// A block ```` ```console FOLDER ```` with one command and lines behind it shows what the command prints, run in that
/// folder of the repository. A line `…` stands for any lines. Times are not compared.
#[test]
fn output_shown_is_what_the_binary_prints() {
    let mut complaints = Vec::new();
    for mut page in pages() {
        // From the last block to the first, so that rewriting one does not move the others.
        let count = split(&page.text).0.len();
        let before = page.text.clone();
        for index in (0..count).rev() {
            complaints.extend(check_block(&mut page, index));
        }
        if page.text != before {
            fs::write(root().join(&page.name), &page.text).expect("the page is written");
        }
    }
    report(&complaints);
}

fn check_block(page: &mut Page, index: usize) -> Option<String> {
    let (blocks, _) = split(&page.text);
    let Block { info, text, offset, line } = blocks[index];
    let folder = info.strip_prefix("console")?.trim();
    let (command, expected) = text.split_once('\n')?;
    if expected.is_empty() || expected.lines().any(|line| line.starts_with("$ ")) {
        return None;
    }
    let arguments = invocation(command)?.split_whitespace().filter(|word| *word != "rulec");
    let printed = shown(&rulec(&root().join(folder), &arguments.collect::<Vec<_>>()));
    let printed = printed.trim_end().to_owned() + "\n";
    if agree(expected, &printed) {
        return None;
    }
    if updating() && !expected.lines().any(|line| line == "…") {
        let range = offset + command.len() + 1..offset + text.len();
        page.text.replace_range(range, &printed);
        return None;
    }
    Some(format!("{}:{line}: `{command}` prints\n{printed}\nand not\n{expected}", page.name))
}

fn agree(expected: &str, printed: &str) -> bool {
    let without_times = |text: &str| text.lines().map(without_time).collect::<Vec<_>>().join("\n") + "\n";
    let (expected, printed) = (without_times(expected), without_times(printed));
    let mut rest = printed.as_str();
    let mut pieces = expected.split("…\n").peekable();
    let is_first_fixed = pieces.peek().is_some_and(|first| rest.starts_with(first));
    is_first_fixed
        && pieces.all(|piece| match rest.find(piece) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
        && (rest.is_empty() || expected.ends_with("…\n"))
}

/// `…, 0.31 s` without the number.
fn without_time(line: &str) -> String {
    match line.strip_suffix(" s").and_then(|line| line.rsplit_once(' ')) {
        Some((front, number)) if number.parse::<f64>().is_ok() => format!("{front} _ s"),
        _ => line.trim_end().to_owned(),
    }
}
