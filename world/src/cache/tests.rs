use super::*;

fn key(number: u8) -> Key {
    Key([number; 32])
}

fn files(cache: &Cache) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = cache.kept().into_iter().map(|kept| kept.path).collect();
    files.sort();
    files
}

#[test]
fn what_is_kept_is_found_under_its_key_alone() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::at(dir.path().join("new/folder"));
    assert_eq!(cache.read(&key(1)), None);
    cache.write(&key(1), b"one");
    cache.write(&key(2), b"");
    assert_eq!(cache.read(&key(1)).as_deref(), Some(&b"one"[..]));
    assert_eq!(cache.read(&key(2)).as_deref(), Some(&b""[..]));
    assert_eq!(cache.read(&key(3)), None);
    cache.write(&key(1), b"other");
    assert_eq!(cache.read(&key(1)).as_deref(), Some(&b"other"[..]));
    assert_eq!(files(&cache).len(), 2, "nothing temporary is left");
}

#[test]
fn files_that_are_cut_off_changed_or_foreign_are_as_good_as_none_and_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::at(dir.path());
    cache.write(&key(1), b"some content");
    let place = cache.place_of(&key(1));
    let good = fs::read(&place).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..good.len()).map(|len| good[..len].to_vec()).collect();
    damaged.extend((0..good.len() * 8).map(|bit| {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }));
    damaged.push([&good[..], b"more"].concat());
    for bytes in damaged {
        fs::write(&place, &bytes).unwrap();
        assert_eq!(cache.read(&key(1)), None, "{bytes:?}");
    }
    cache.write(&key(1), b"some content");
    assert_eq!(fs::read(&place).unwrap(), good);
    fs::create_dir_all(cache.place_of(&key(2)).parent().unwrap()).unwrap();
    fs::copy(&place, cache.place_of(&key(2))).unwrap();
    assert_eq!(cache.read(&key(2)), None, "a file under the key of another");
}

#[test]
fn threads_that_write_the_same_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let content = |number: u8| vec![number; 10_000];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let cache = Cache::at(dir.path());
                for round in 0..50 {
                    let number = round % 10;
                    cache.write(&key(number), &content(number));
                    assert_eq!(cache.read(&key(number)), Some(content(number)));
                }
            });
        }
    });
    assert_eq!(files(&Cache::at(dir.path())).len(), 10);
}

#[test]
fn a_folder_that_cannot_be_written_to_keeps_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let cache = Cache::at(&file);
    cache.write(&key(1), b"x");
    assert_eq!(cache.read(&key(1)), None);
    cache.trim();
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn the_oldest_files_go_first() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::at(dir.path());
    for number in 0..10 {
        cache.write(&key(number), &[number; 60]);
        let old = SystemTime::now() - DAY * (20 - u32::from(number));
        File::options().append(true).open(cache.place_of(&key(number))).unwrap().set_modified(old).unwrap();
    }
    // A use makes it young again.
    assert!(cache.read(&key(0)).is_some());
    cache.trim_to(600, 300);
    let left: Vec<u8> = (0..10).filter(|number| cache.place_of(&key(*number)).exists()).collect();
    assert_eq!(left, [0, 8, 9], "three files of 100 bytes");
    cache.write(&key(11), &[0; 1000]);
    cache.trim_to(600, 300);
    assert!(cache.place_of(&key(8)).exists(), "not twice a day");
}

#[test]
fn cleaning_takes_what_is_kept_and_leaves_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::at(dir.path());
    assert_eq!(cache.clean().unwrap(), 0);
    cache.write(&key(1), &[0; 60]);
    fs::write(dir.path().join("mine"), "").unwrap();
    assert_eq!(cache.clean().unwrap(), 100);
    assert_eq!(cache.read(&key(1)), None);
    assert!(dir.path().join("mine").exists());
    cache.write(&key(1), b"again");
    assert!(cache.read(&key(1)).is_some());
}

#[test]
fn keys_tell_parts_apart() {
    let key_of = |parts: &[&str]| {
        let mut key = KeyWriter::new("linux/amd64", 8, Some(26));
        parts.iter().for_each(|part| key.text(part));
        key.finish()
    };
    assert_eq!(key_of(&["a", "b"]), key_of(&["a", "b"]));
    assert_ne!(key_of(&["a", "b"]), key_of(&["ab"]));
    assert_ne!(key_of(&["a", "b"]), key_of(&["a", "b", ""]));
    assert_ne!(KeyWriter::new("linux/386", 4, None).finish(), KeyWriter::new("linux/amd64", 8, None).finish());
}
