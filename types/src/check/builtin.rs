//! The functions that the language defines, and those of package `unsafe`.
//!
//! Source: Go specification, "Built-in functions", "Package unsafe", "Length and capacity".

use super::{Checker, Mode, Operand};
use crate::{Basic, Builtin, Ty, TypeData};
use rulec_constant::Value;
use rulec_tree::{Kind, Node, Op, Tri};

impl<'a> Checker<'a> {
    /// A call of a builtin function.
    pub(super) fn builtin(&mut self, node: Node, builtin: Builtin) -> Operand {
        let had_call = std::mem::take(&mut self.has_call);
        let result = match builtin {
            Builtin::Make => self.make(node),
            Builtin::New => self.new_pointer(node),
            Builtin::Offsetof => self.offset(node),
            _ => {
                let args = self.values(node);
                self.of_values(node, builtin, args)
            }
        };
        self.has_call = had_call || result.mode != Mode::Const;
        result
    }

    fn of_values(&mut self, node: Node, builtin: Builtin, args: Vec<Operand>) -> Operand {
        let mut args = args;
        match builtin {
            Builtin::Append => return self.append(node, args),
            Builtin::Max | Builtin::Min => return self.extreme(node, builtin, args),
            Builtin::Print | Builtin::Println => {
                args.iter_mut().for_each(|x| self.use_value(x));
                return Operand::new(node, Mode::NoValue, Ty::EMPTY_TUPLE);
            }
            Builtin::Recover => return Operand::value(node, Ty::EMPTY_INTERFACE),
            _ => {}
        }
        let mut args = args.into_iter();
        let Some(mut x) = args.next() else { return Operand::unknown(node) };
        let y = args.next();
        match builtin {
            Builtin::Len | Builtin::Cap => self.length(node, builtin, &x),
            Builtin::Clear | Builtin::Close => Operand::new(node, Mode::NoValue, Ty::EMPTY_TUPLE),
            Builtin::Panic => {
                self.assign_to(&mut x, Ty::EMPTY_INTERFACE);
                Operand::new(node, Mode::NoValue, Ty::EMPTY_TUPLE)
            }
            Builtin::Delete => {
                self.delete(&x, y);
                Operand::new(node, Mode::NoValue, Ty::EMPTY_TUPLE)
            }
            Builtin::Copy => Operand::value(node, Ty::INT),
            Builtin::Complex => match y {
                Some(y) => self.complex(node, x, y),
                None => Operand::unknown(node),
            },
            Builtin::Real | Builtin::Imag => self.part_of_complex(node, builtin, x),
            Builtin::Sizeof | Builtin::Alignof => self.size(node, builtin, x),
            _ => self.of_package_unsafe(node, builtin, x, y),
        }
    }

    fn append(&mut self, node: Node, args: Vec<Operand>) -> Operand {
        let mut args = args.into_iter();
        let Some(slice) = args.next() else { return Operand::unknown(node) };
        let elem = match self.types.core_type(slice.ty).map(|core| self.store.data(core)) {
            Some(TypeData::Slice(elem)) => *elem,
            _ => {
                self.use_all_unknown(args.collect());
                return Operand::value(node, if slice.is_nil() { Ty::UNKNOWN } else { slice.ty });
            }
        };
        let spread = self.is_spread(node);
        let target = if spread { self.store.slice(elem) } else { elem };
        for mut x in args {
            // `append(bytes, string...)`
            if !(spread && self.types.is_byte_slice(slice.ty) && self.is_text(x.ty)) {
                self.assign_to(&mut x, target);
            }
        }
        Operand::value(node, slice.ty)
    }

    fn is_text(&self, ty: Ty) -> bool {
        let core = self.types.core_string(ty);
        core.and_then(|core| self.types.basic(core)).is_some_and(Basic::is_string)
    }

    fn length(&mut self, node: Node, builtin: Builtin, x: &Operand) -> Operand {
        let array = match self.types.under(x.ty) {
            TypeData::Array { len, .. } => Some(*len),
            TypeData::Pointer(base) => match self.types.under(*base) {
                TypeData::Array { len, .. } => Some(*len),
                _ => None,
            },
            _ => None,
        };
        if let Some(len) = array.filter(|_| !self.has_call) {
            return self.whole_constant(node, Ty::INT, len);
        }
        let is_string = self.types.basic(x.ty).is_some_and(Basic::is_string);
        if builtin == Builtin::Len && is_string && x.is_const() {
            let len = match &x.value {
                Some(Value::String(text)) => Some(text.len() as u64),
                _ => None,
            };
            return self.whole_constant(node, Ty::INT, len);
        }
        match self.has_length(builtin, x.ty) {
            Tri::Yes => Operand::value(node, Ty::INT),
            // Of an array it is a constant.
            Tri::Unknown => Operand::new(node, Mode::Unknown, Ty::INT),
            Tri::No => Operand::unknown(node),
        }
    }

    fn has_length(&self, builtin: Builtin, ty: Ty) -> Tri {
        self.types.all_types(ty, |ty| match self.types.under(ty) {
            TypeData::Basic(Basic::Unknown) => Tri::Unknown,
            TypeData::Basic(basic) => Tri::of(basic.is_string() && builtin == Builtin::Len),
            TypeData::Map { .. } => Tri::of(builtin == Builtin::Len),
            TypeData::Array { .. } | TypeData::Slice(_) | TypeData::Chan { .. } => Tri::Yes,
            TypeData::Pointer(base) => match self.types.under(*base) {
                TypeData::Array { .. } => Tri::Yes,
                TypeData::Basic(Basic::Unknown) => Tri::Unknown,
                _ => Tri::No,
            },
            _ => Tri::No,
        })
    }

    /// A constant of an integer type whose value is perhaps not known.
    fn whole_constant(&self, node: Node, ty: Ty, value: Option<u64>) -> Operand {
        let value = value.and_then(|value| i64::try_from(value).ok()).map(Value::from);
        Operand { node, mode: Mode::Const, ty, value }
    }

    fn delete(&mut self, map: &Operand, key: Option<Operand>) {
        let Some(mut key) = key else { return };
        match self.key_type(map.ty) {
            Some(ty) => self.assign_to(&mut key, ty),
            None => self.use_unknown(&mut key),
        }
    }

    /// The type of the keys that all maps of a type set share.
    fn key_type(&self, ty: Ty) -> Option<Ty> {
        let mut keys = self.underlying_types(ty)?.into_iter().map(|under| match self.store.data(under) {
            TypeData::Map { key, .. } => Some(*key),
            _ => None,
        });
        let first = keys.next()??;
        keys.all(|key| key.is_some_and(|key| self.types.identical(key, first).is_yes())).then_some(first)
    }

    /// `min(x, …)` and `max(x, …)`
    fn extreme(&mut self, node: Node, builtin: Builtin, args: Vec<Operand>) -> Operand {
        let mut args = args;
        let op = if builtin == Builtin::Min { Op::Lt } else { Op::Gt };
        let Some(first) = args.first().cloned() else { return Operand::unknown(node) };
        let mut best = first;
        for arg in args.iter_mut().skip(1) {
            if !self.match_operands(&mut best, arg) || self.types.identical(best.ty, arg.ty) == Tri::No {
                self.use_all_unknown(args);
                return Operand::unknown(node);
            }
            match (&best.value, &arg.value) {
                (Some(a), Some(b)) if best.is_const() && arg.is_const() => {
                    if b.compare(op, a) == Some(true) {
                        best = arg.clone();
                    }
                }
                _ if best.is_const() && arg.is_const() => best.value = None,
                _ => best = Operand::new(best.node, Mode::Value, best.ty),
            }
        }
        if !best.is_const() {
            best.mode = Mode::Value;
            self.use_value(&mut best);
        }
        for arg in &args {
            self.update_type(arg.node, best.ty);
        }
        match best.is_unknown() {
            true => Operand::unknown(node),
            false => Operand { node, ..best },
        }
    }

    /// `make(T, …)`
    fn make(&mut self, node: Node) -> Operand {
        let tree = self.tree();
        let mut args = tree.tail(node);
        let Some(wanted) = args.next() else { return Operand::unknown(node) };
        let ty = self.type_expr(wanted);
        for size in args {
            self.index_value(size);
        }
        Operand::value(node, ty)
    }

    /// `new(T)` and, from Go 1.26 on, `new(x)`.
    fn new_pointer(&mut self, node: Node) -> Operand {
        let tree = self.tree();
        let mut args = tree.tail(node);
        let Some(arg) = args.next() else { return Operand::unknown(node) };
        let mut x = self.expr_or_type(arg, None);
        self.look_into(args);
        if x.mode != Mode::Type {
            self.use_value(&mut x);
        }
        Operand::value(node, self.store.pointer(x.ty))
    }

    // Complex numbers.

    fn complex(&mut self, node: Node, x: Operand, y: Operand) -> Operand {
        let (mut x, mut y) = (x, y);
        match (x.is_untyped(), y.is_untyped()) {
            (true, true) if x.is_const() && y.is_const() => {
                for operand in [&mut x, &mut y] {
                    let is_real = operand.value.as_ref().is_none_or(|value| value.imag().sign() == Some(0));
                    if is_real && (Ty::UNTYPED_INT..=Ty::UNTYPED_COMPLEX).contains(&operand.ty) {
                        operand.ty = Ty::UNTYPED_FLOAT;
                    }
                }
            }
            (true, true) => {
                self.convert_untyped(&mut x, Ty::FLOAT64);
                self.convert_untyped(&mut y, Ty::FLOAT64);
            }
            (true, false) => self.convert_untyped(&mut x, y.ty),
            (false, true) => self.convert_untyped(&mut y, x.ty),
            (false, false) => {}
        }
        let Some(ty) = self.types.basic(x.ty).and_then(complex_of) else { return Operand::unknown(node) };
        if self.types.identical(x.ty, y.ty) != Tri::Yes || self.types.is_type_param(x.ty) {
            return Operand::unknown(node);
        }
        if !x.is_const() || !y.is_const() {
            return Operand::value(node, ty);
        }
        let value = match (&x.value, &y.value) {
            (Some(re), Some(im)) => Value::make_complex(&re.to_float(), &im.to_float()),
            _ => Value::Unknown,
        };
        Operand::constant(node, ty, value)
    }

    fn part_of_complex(&mut self, node: Node, builtin: Builtin, x: Operand) -> Operand {
        let mut x = x;
        match x.is_const() {
            // Its parts are constants, and what it is made of keeps its type.
            true if x.is_untyped() => x.ty = Ty::UNTYPED_COMPLEX,
            _ => self.convert_untyped(&mut x, Ty::COMPLEX128),
        }
        let basic = self.types.basic(x.ty).filter(|_| !self.types.is_type_param(x.ty));
        let Some(ty) = basic.and_then(part_type) else { return Operand::unknown(node) };
        if !x.is_const() {
            return Operand::value(node, ty);
        }
        let value = x.value.map_or(Value::Unknown, |value| match builtin {
            Builtin::Real => value.real(),
            _ => value.imag(),
        });
        Operand::constant(node, ty, value)
    }

    // Package unsafe.

    fn size(&mut self, node: Node, builtin: Builtin, x: Operand) -> Operand {
        let mut x = x;
        self.use_value(&mut x);
        if self.has_variable_size(x.ty) {
            return Operand::value(node, Ty::UINTPTR);
        }
        let size = match builtin {
            Builtin::Sizeof => self.types.size_of(x.ty),
            _ => self.types.align_of(x.ty),
        };
        self.whole_constant(node, Ty::UINTPTR, size)
    }

    /// Whether the size of a type depends on type arguments.
    fn has_variable_size(&mut self, ty: Ty) -> bool {
        let parts = |checker: &mut Checker<'a>| {
            if checker.types.is_type_param(ty) {
                return true;
            }
            match checker.types.under(ty) {
                TypeData::Array { elem, .. } => checker.has_variable_size(*elem),
                TypeData::Struct(fields) => fields.iter().any(|field| checker.has_variable_size(field.ty)),
                _ => false,
            }
        };
        self.deeper(parts).unwrap_or(true)
    }

    /// `unsafe.Offsetof(x.field)`
    fn offset(&mut self, node: Node) -> Operand {
        let tree = self.tree();
        let Some(arg) = tree.tail(node).next() else { return Operand::unknown(node) };
        let selector = tree.unparen(arg);
        if tree.kind(selector) != Kind::Selector {
            self.look_into(tree.tail(node));
            return Operand::unknown(node);
        }
        let Some((base, path)) = self.offset_selector(selector) else { return Operand::unknown(node) };
        if self.has_variable_size(base) {
            return Operand::value(node, Ty::UINTPTR);
        }
        self.whole_constant(node, Ty::UINTPTR, self.offset_of_path(base, &path))
    }

    fn offset_of_path(&self, base: Ty, path: &[u32]) -> Option<u64> {
        let (mut ty, mut offset) = (base, 0u64);
        for number in path {
            let TypeData::Struct(fields) = self.types.under(ty) else { return None };
            let number = *number as usize;
            offset = offset.checked_add(*self.types.offsets_of(fields)?.get(number)?)?;
            ty = fields.get(number)?.ty;
        }
        Some(offset)
    }

    fn of_package_unsafe(&mut self, node: Node, builtin: Builtin, x: Operand, y: Option<Operand>) -> Operand {
        let mut x = x;
        if let Some(mut length) = y {
            self.convert_untyped(&mut length, Ty::INT);
        }
        let ty = match builtin {
            Builtin::Add => {
                self.assign_to(&mut x, Ty::UNSAFE_POINTER);
                Ty::UNSAFE_POINTER
            }
            Builtin::Slice => match self.types.core_type(x.ty).map(|core| self.store.data(core)) {
                Some(TypeData::Pointer(base)) => self.store.slice(*base),
                _ => Ty::UNKNOWN,
            },
            Builtin::SliceData => match self.types.core_type(x.ty).map(|core| self.store.data(core)) {
                Some(TypeData::Slice(elem)) => self.store.pointer(*elem),
                _ => Ty::UNKNOWN,
            },
            Builtin::String => {
                self.assign_to(&mut x, self.store.pointer(Ty::BYTE));
                Ty::STRING
            }
            Builtin::StringData => {
                self.assign_to(&mut x, Ty::STRING);
                self.store.pointer(Ty::BYTE)
            }
            _ => Ty::UNKNOWN,
        };
        Operand::value(node, ty)
    }
}

/// The type of complex numbers with parts of a type.
fn complex_of(part: Basic) -> Option<Ty> {
    match part {
        Basic::Float32 => Some(Ty::COMPLEX64),
        Basic::Float64 => Some(Ty::COMPLEX128),
        Basic::UntypedFloat => Some(Ty::UNTYPED_COMPLEX),
        _ => None,
    }
}

/// The type of the parts of complex numbers of a type.
fn part_type(complex: Basic) -> Option<Ty> {
    match complex {
        Basic::Complex64 => Some(Ty::FLOAT32),
        Basic::Complex128 => Some(Ty::FLOAT64),
        Basic::UntypedComplex => Some(Ty::UNTYPED_FLOAT),
        _ => None,
    }
}
