//! Sizes, alignments and offsets as the `gc` compiler lays values out.
//!
//! In: types without type parameters, and the word size. Out: bytes; nothing for what is not known, has type parameters or
//! does not fit 63 bits.
//!
//! Source: Go specification, "Size and alignment guarantees"; the rest is what `types.SizesFor("gc", …)` gives.

use crate::relate::Types;
use crate::{Basic, Field, Ty, TypeData};

/// How deep arrays and structs may lie in each other, and how many parts are looked at.
const MAX_DEPTH: u32 = 200;
const MAX_STEPS: u32 = 100_000;

impl Types<'_> {
    /// `unsafe.Sizeof` of a value of the type, in bytes.
    pub fn size_of(&self, ty: Ty) -> Option<u64> {
        Some(Layouts::new(*self).of(ty)?.size)
    }

    /// `unsafe.Alignof` of a variable of the type, in bytes.
    pub fn align_of(&self, ty: Ty) -> Option<u64> {
        Some(Layouts::new(*self).of(ty)?.align)
    }

    /// The size in bytes that a struct type has with its fields in the order that takes the least; none of other types.
    pub fn best_size_of(&self, ty: Ty) -> Option<u64> {
        let TypeData::Struct(fields) = self.under(ty) else { return None };
        let mut layouts = Layouts::new(*self);
        let mut ordered =
            fields.iter().map(|field| Some((layouts.of(field.ty)?, field.clone()))).collect::<Option<Vec<_>>>()?;
        // Each size is a multiple of its alignment, so that nothing is lost between fields of falling alignment.
        ordered.sort_by_key(|(layout, _)| (layout.size > 0, std::cmp::Reverse(layout.align)));
        let ordered: Vec<Field> = ordered.into_iter().map(|(_, field)| field).collect();
        Some(Layouts::new(*self).fields(&ordered, &mut Vec::new())?.size)
    }

    /// Where the fields of a struct start, in bytes.
    pub fn offsets_of(&self, fields: &[Field]) -> Option<Vec<u64>> {
        let mut offsets = Vec::with_capacity(fields.len());
        Layouts::new(*self).fields(fields, &mut offsets)?;
        Some(offsets)
    }
}

#[derive(Clone, Copy)]
struct Layout {
    size: u64,
    align: u64,
}

struct Layouts<'a> {
    types: Types<'a>,
    depth: u32,
    steps: u32,
}

impl<'a> Layouts<'a> {
    fn new(types: Types<'a>) -> Layouts<'a> {
        Layouts { types, depth: 0, steps: 0 }
    }

    fn of(&mut self, ty: Ty) -> Option<Layout> {
        self.steps += 1;
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS || self.types.is_type_param(ty) {
            return None;
        }
        self.depth += 1;
        let layout = self.of_structure(ty);
        self.depth -= 1;
        layout.filter(|layout| i64::try_from(layout.size).is_ok())
    }

    fn of_structure(&mut self, ty: Ty) -> Option<Layout> {
        match self.types.under(ty) {
            TypeData::Basic(basic) => self.of_basic(*basic),
            TypeData::Array { len, elem } => {
                let elem = self.of(*elem)?;
                Some(Layout { size: elem.size.checked_mul((*len)?)?, align: elem.align })
            }
            TypeData::Struct(fields) => self.fields(fields, &mut Vec::new()),
            TypeData::Slice(_) => Some(self.words(3)),
            TypeData::Interface(_) => Some(self.words(2)),
            TypeData::Pointer(_) | TypeData::Map { .. } | TypeData::Chan { .. } | TypeData::Func(_) => {
                Some(self.words(1))
            }
            _ => None,
        }
    }

    fn of_basic(&self, basic: Basic) -> Option<Layout> {
        let plain = |size: u64| Layout { size, align: size.min(u64::from(self.types.word_bytes)) };
        Some(match basic {
            Basic::Bool | Basic::Int8 | Basic::Uint8 | Basic::Byte => plain(1),
            Basic::Int16 | Basic::Uint16 => plain(2),
            Basic::Int32 | Basic::Uint32 | Basic::Float32 | Basic::Rune => plain(4),
            Basic::Int64 | Basic::Uint64 | Basic::Float64 => plain(8),
            Basic::Complex64 => Layout { size: 8, ..plain(4) },
            Basic::Complex128 => Layout { size: 16, ..plain(8) },
            Basic::Int | Basic::Uint | Basic::Uintptr | Basic::UnsafePointer => self.words(1),
            Basic::String => self.words(2),
            _ => return None,
        })
    }

    fn words(&self, count: u64) -> Layout {
        let word = u64::from(self.types.word_bytes);
        Layout { size: count * word, align: word }
    }

    fn fields(&mut self, fields: &[Field], offsets: &mut Vec<u64>) -> Option<Layout> {
        let mut whole = Layout { size: 0, align: 1 };
        let mut last_size = 1;
        for field in fields {
            let layout = self.of(field.ty)?;
            let start = whole.size.checked_next_multiple_of(layout.align)?;
            offsets.push(start);
            whole = Layout { size: start.checked_add(layout.size)?, align: whole.align.max(layout.align) };
            last_size = layout.size;
        }
        // The address of a last field without size must not lie in what comes next in memory.
        if last_size == 0 && whole.size > 0 {
            whole.size = whole.size.checked_add(1)?;
        }
        whole.size = whole.size.checked_next_multiple_of(whole.align)?;
        Some(whole)
    }
}
