//! `rulec pack keygen`, `sign`, `trust`: keys, signatures, and whose are believed.

use crate::console::Console;
use crate::status::{Failure, Status};
use crate::trust::{Trust, random, write_private};
use crate::whole_file;
use rulec_pack::Container;
use rulec_pack::signature::{PublicKey, SecretKey};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `rulec pack keygen`.
#[derive(Debug, clap::Args)]
pub struct KeygenArguments {
    /// Where the secret key goes; the public one goes beside it, with `.pub` behind the name. Neither is overwritten.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Arguments of `rulec pack sign`.
#[derive(Debug, clap::Args)]
pub struct SignArguments {
    /// The pack. It is changed unless `--output` is given; its content and its hash stay the same.
    pack: PathBuf,

    /// The file of a secret key, as `rulec pack keygen` writes it.
    #[arg(short, long, value_name = "FILE")]
    key: PathBuf,

    /// Write the signed pack there.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Arguments of `rulec pack trust`.
#[derive(Debug, clap::Args)]
pub struct TrustArguments {
    #[command(subcommand)]
    what: TrustWhat,
}

#[derive(Debug, clap::Subcommand)]
enum TrustWhat {
    /// Trust a key: packs that it signed run their machine code on this machine, as programs do.
    Add {
        /// `ed25519:…`, or a file that holds it.
        key: String,
        /// Whose it is, for the list.
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
    },
    /// Trust a key no longer.
    Remove {
        /// `ed25519:…`, or a file that holds it.
        key: String,
    },
    /// List the keys that are trusted.
    List,
}

/// Makes a pair of keys.
pub fn generate(arguments: &KeygenArguments, console: &Console) -> Result<Status, Failure> {
    let random = random().map_err(|error| Failure::Message(format!("the system gives no random numbers: {error}")))?;
    let key = SecretKey::of_random(random);
    let mut public = arguments.output.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| Failure::Message(format!("{path}: {error}"))
    };
    write_private(&arguments.output, key.to_text().as_bytes()).map_err(failed(&arguments.output))?;
    let written = fs::File::create_new(&public).and_then(|mut file| writeln!(file, "{}", key.public()));
    written.map_err(failed(&public))?;
    let mut out = console.out();
    writeln!(out, "{}: the secret key; keep it", arguments.output.display())?;
    writeln!(out, "{}: {}", public.display(), key.public())?;
    out.flush()?;
    Ok(Status::Clean)
}

/// Signs a pack; an earlier signature of the same key makes room.
pub fn sign(arguments: &SignArguments, console: &Console) -> Result<Status, Failure> {
    let about = |path: &Path, what: &dyn std::fmt::Display| Failure::Message(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(&arguments.key).map_err(|error| about(&arguments.key, &error))?;
    let key = SecretKey::of_text(&text).map_err(|_| about(&arguments.key, &"this is no secret key of rulec"))?;
    let bytes = fs::read(&arguments.pack).map_err(|error| about(&arguments.pack, &error))?;
    // Nobody vouches for what does not hold together.
    let sound = rulec_pack::file::read(&bytes).and_then(|pack| pack.check_manifest());
    sound.map_err(|error| about(&arguments.pack, &error))?;
    let container = Container::of_bytes(bytes).map_err(|error| about(&arguments.pack, &error))?;
    let signature = key.sign(container.content_hash());
    let mut signatures = container.signatures().to_vec();
    signatures.retain(|other| other.key != signature.key);
    signatures.push(signature);
    let signed = container.with_signatures(&signatures).map_err(|error| about(&arguments.pack, &error))?;
    let output = arguments.output.as_ref().unwrap_or(&arguments.pack);
    whole_file::write(output, |out| out.write_all(&signed)).map_err(|error| about(output, &error))?;
    let mut out = console.out();
    writeln!(out, "{}: signed by {}", output.display(), key.public())?;
    out.flush()?;
    Ok(Status::Clean)
}

/// Changes or shows the list of keys that are trusted.
pub fn trust(arguments: &TrustArguments, console: &Console) -> Result<Status, Failure> {
    let trust = Trust::of_this_user();
    let mut out = console.out();
    match &arguments.what {
        TrustWhat::Add { key, name } => {
            let key = public_key(key)?;
            let is_new = trust.add(key, name).map_err(Failure::Message)?;
            writeln!(out, "{key}: {}", if is_new { "trusted from now on" } else { "trusted already" })?;
        }
        TrustWhat::Remove { key } => {
            let key = public_key(key)?;
            if !trust.remove(key).map_err(Failure::Message)? {
                return Err(Failure::Message(format!("{key} is not trusted; `rulec pack trust list` shows which are")));
            }
            writeln!(out, "{key}: no longer trusted")?;
        }
        TrustWhat::List => {
            for known in trust.keys().map_err(Failure::Message)? {
                writeln!(out, "{}", format!("{} {}", known.key, known.name).trim_end())?;
            }
        }
    }
    out.flush()?;
    Ok(Status::Clean)
}

/// A key, or that in a file.
fn public_key(text: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let in_file = fs::read_to_string(text).ok();
    let key = in_file.as_deref().unwrap_or(text).parse();
    key.map_err(|error| Failure::Message(format!("`{text}`: {error}")))
}
