//! The machines that packs can hold code for.

use cranelift_codegen::isa;
use cranelift_codegen::settings::Configurable;

/// A sort of machine. Code for it uses no more than all machines of the sort have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// 64-bit x86 under Linux.
    X86_64Linux,
    /// 64-bit Arm under Linux.
    Aarch64Linux,
    /// 64-bit RISC-V with the extensions of the general set, under Linux.
    Riscv64Linux,
    /// IBM Z under Linux. Its numbers are big-endian in memory; the tree's columns are the machine's own, and so are the
    /// loads that code makes.
    S390xLinux,
}

impl Target {
    /// All of them, in alphabetical order.
    pub const ALL: &'static [Target] =
        &[Target::Aarch64Linux, Target::Riscv64Linux, Target::S390xLinux, Target::X86_64Linux];

    /// As packs and command lines name it; [`rulec_pack::abi::host_target`] names this machine's in the same way.
    pub fn name(self) -> &'static str {
        match self {
            Target::X86_64Linux => "x86_64-linux",
            Target::Aarch64Linux => "aarch64-linux",
            Target::Riscv64Linux => "riscv64-linux",
            Target::S390xLinux => "s390x-linux",
        }
    }

    /// The target of this name.
    pub fn by_name(name: &str) -> Option<Target> {
        Target::ALL.iter().copied().find(|target| target.name() == name)
    }

    /// That of this machine, if packs can hold code for it.
    pub fn of_this_machine() -> Option<Target> {
        Target::by_name(&rulec_pack::abi::host_target())
    }

    /// Cranelift's code generator for it.
    pub(super) fn builder(self) -> Result<isa::Builder, String> {
        let triple = match self {
            Target::X86_64Linux => "x86_64-unknown-linux-gnu",
            Target::Aarch64Linux => "aarch64-unknown-linux-gnu",
            Target::Riscv64Linux => "riscv64gc-unknown-linux-gnu",
            Target::S390xLinux => "s390x-unknown-linux-gnu",
        };
        let mut builder = isa::lookup_by_name(triple).map_err(|error| error.to_string())?;
        if self == Target::Riscv64Linux {
            // The general set, which Linux distributions ask for.
            for extension in ["has_m", "has_a", "has_f", "has_d", "has_zicsr", "has_zifencei"] {
                builder.enable(extension).map_err(|error| error.to_string())?;
            }
        }
        Ok(builder)
    }
}
