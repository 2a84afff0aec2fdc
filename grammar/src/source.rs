//! Rule files and packs of them, before anybody looks into their text.

/// A rule file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path, for messages.
    pub path: String,
    /// The family of its rules: the middle of their ids.
    pub family: String,
    /// Its text.
    pub text: String,
}

/// A pack whose modules rule files of other packs can use.
#[derive(Clone, Debug)]
pub struct OtherPack {
    /// The first part of the ids of its rules.
    pub name: String,
    /// Its rule files.
    pub files: Vec<SourceFile>,
}

impl OtherPack {
    /// Files, each with the name of its pack, by pack; packs in the order of their first files.
    pub fn of_files(files: impl IntoIterator<Item = (String, SourceFile)>) -> Vec<OtherPack> {
        let mut packs: Vec<OtherPack> = Vec::new();
        for (name, file) in files {
            match packs.iter_mut().find(|pack| pack.name == name) {
                Some(pack) => pack.files.push(file),
                None => packs.push(OtherPack { name, files: vec![file] }),
            }
        }
        packs
    }
}
