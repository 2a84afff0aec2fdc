//! How compiled code calls, and is called: the C calling convention of its machine, which is that of `extern "C"` in Rust.
//!
//! Numbers narrower than a register are extended by whoever passes them where the convention says so. The other side is compiled by
//! others, who rely on it: a number of words with something in its upper half is a length beyond all memory.
//!
//! Source: RISC-V ELF psABI, integer calling convention; ELF Application Binary Interface, s390x Supplement, parameter passing.

use cranelift_codegen::ir::{AbiParam, ArgumentExtension, Signature, Type, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};

/// The convention of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Convention {
    call_conv: CallConv,
    /// What is done to numbers of 32 bits, all of which are unsigned.
    narrow: ArgumentExtension,
}

impl Convention {
    /// That of the machine which code is made for.
    pub fn of(isa: &dyn TargetIsa) -> Convention {
        let narrow = match isa.name() {
            // Numbers of 32 bits are extended by their sign bit, whether they have a sign or not.
            "riscv64" => ArgumentExtension::Sext,
            "s390x" => ArgumentExtension::Uext,
            // The upper half may be anything on 64-bit x86 and Arm.
            _ => ArgumentExtension::None,
        };
        Convention { call_conv: isa.default_call_conv(), narrow }
    }

    /// A function that gets the frame and these numbers.
    pub fn signature(self, params: &[Type], answer: Type) -> Signature {
        let mut signature = Signature::new(self.call_conv);
        signature.params.push(AbiParam::new(types::I64));
        signature.params.extend(params.iter().map(|ty| self.passed(*ty)));
        signature.returns.push(self.passed(answer));
        signature
    }

    fn passed(self, ty: Type) -> AbiParam {
        let extension = if ty == types::I32 { self.narrow } else { ArgumentExtension::None };
        AbiParam { extension, ..AbiParam::new(ty) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::Target;
    use cranelift_codegen::settings;

    #[test]
    fn narrow_numbers_are_extended_where_callees_rely_on_it() {
        let expected = |target| match target {
            Target::X86_64Linux | Target::Aarch64Linux => ArgumentExtension::None,
            Target::Riscv64Linux => ArgumentExtension::Sext,
            Target::S390xLinux => ArgumentExtension::Uext,
        };
        for target in Target::ALL.iter().copied() {
            let flags = settings::Flags::new(settings::builder());
            let isa = target.builder().expect("a code generator").finish(flags).expect("valid settings");
            let signature = Convention::of(&*isa).signature(&[types::I32, types::I64], types::I32);
            let extensions: Vec<_> =
                signature.params.iter().chain(&signature.returns).map(|passed| passed.extension).collect();
            let (narrow, wide) = (expected(target), ArgumentExtension::None);
            assert_eq!(extensions, [wide, narrow, wide, narrow], "{target:?}");
        }
    }
}
