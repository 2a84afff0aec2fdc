//! What rules and dispatch have in common: reading columns and tables through the frame, calling helpers, returning.

use super::convention::Convention;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, BlockArg, InstBuilder, MemFlagsData, SigRef, StackSlot, StackSlotData, StackSlotKind, Type, Value, types,
};
use cranelift_codegen::isa::{TargetFrontendConfig, TargetIsa};
use cranelift_frontend::FunctionBuilder;
use rulec_pack::abi::{Frame, Helpers, Status};
use rulec_tree::KindSet;
use std::collections::HashMap;
use std::mem::offset_of;

/// A column of the tree: offset of its pointer in the frame.
#[derive(Clone, Copy)]
pub struct Column(usize);

impl Column {
    pub const KINDS: Column = Column(offset_of!(Frame, columns.kinds));
    pub const OPS: Column = Column(offset_of!(Frame, columns.ops));
    pub const PARENTS: Column = Column(offset_of!(Frame, columns.parents));
    pub const ENDS: Column = Column(offset_of!(Frame, columns.ends));
    pub const TEXTS: Column = Column(offset_of!(Frame, columns.texts));
    pub const SYMBOLS: Column = Column(offset_of!(Frame, columns.symbols));
    pub const HASHES: Column = Column(offset_of!(Frame, columns.hashes));
    pub const BELOW: Column = Column(offset_of!(Frame, columns.below));
    pub const BARE: Column = Column(offset_of!(Frame, columns.bare));
}

/// A helper: offset of its pointer, types of its parameters behind the frame, and of its answer.
pub struct Helper {
    offset: usize,
    params: &'static [Type],
    answer: Type,
}

impl Helper {
    pub const ASK: Helper =
        Helper { offset: offset_of!(Helpers, ask), params: &[types::I32, types::I64, types::I32], answer: types::I32 };
    pub const VALUE: Helper = Helper {
        offset: offset_of!(Helpers, value),
        params: &[types::I32, types::I64, types::I32],
        answer: types::I64,
    };
    pub const EMIT: Helper = Helper {
        offset: offset_of!(Helpers, emit),
        params: &[types::I32, types::I32, types::I64, types::I32],
        answer: types::I32,
    };
    pub const EQUAL: Helper =
        Helper { offset: offset_of!(Helpers, equal), params: &[types::I32, types::I32], answer: types::I32 };
    pub const EQUAL_RUNS: Helper = Helper {
        offset: offset_of!(Helpers, equal_runs),
        params: &[types::I32, types::I32, types::I32, types::I32],
        answer: types::I32,
    };
}

/// A function being emitted.
pub struct Emitter<'b> {
    pub ins: FunctionBuilder<'b>,
    /// The function's parameters.
    pub frame: Value,
    pub root: Value,
    /// Returns that a helper failed.
    pub trapped: Block,
    convention: Convention,
    config: TargetFrontendConfig,
    signatures: HashMap<usize, SigRef>,
    /// Room for the arguments of helpers, as large as the largest list of them.
    words: Option<StackSlot>,
}

impl<'b> Emitter<'b> {
    pub fn new(mut ins: FunctionBuilder<'b>, isa: &dyn TargetIsa) -> Emitter<'b> {
        let entry = ins.create_block();
        ins.append_block_params_for_function_params(entry);
        ins.switch_to_block(entry);
        ins.seal_block(entry);
        let (frame, root) = (ins.block_params(entry)[0], ins.block_params(entry)[1]);
        let trapped = ins.create_block();
        ins.set_cold_block(trapped);
        let (convention, config) = (Convention::of(isa), isa.frontend_config());
        Emitter { ins, frame, root, trapped, convention, config, signatures: HashMap::new(), words: None }
    }

    /// Emits the shared ends of a function; the current block must be complete.
    pub fn finish(mut self) {
        self.enter(self.trapped);
        self.answer(Status::Trapped);
        self.ins.seal_all_blocks();
        self.ins.finalize(self.config);
    }

    pub fn answer(&mut self, status: Status) {
        let status = self.int(types::I32, status as i64);
        self.ins.ins().return_(&[status]);
    }

    pub fn int(&mut self, ty: Type, value: i64) -> Value {
        self.ins.ins().iconst(ty, value)
    }

    // Blocks.

    pub fn block(&mut self) -> Block {
        self.ins.create_block()
    }

    /// Goes on in a block whose predecessors are not all known yet.
    pub fn switch_to(&mut self, block: Block) {
        self.ins.switch_to_block(block);
    }

    /// Goes on in a block whose predecessors are all there.
    pub fn enter(&mut self, block: Block) {
        self.ins.switch_to_block(block);
        self.ins.seal_block(block);
    }

    pub fn jump(&mut self, block: Block) {
        self.ins.ins().jump(block, &[]);
    }

    pub fn branch(&mut self, condition: Value, yes: Block, no: Block) {
        self.ins.ins().brif(condition, yes, &[], no, &[]);
    }

    pub fn branch_if(&mut self, code: IntCC, a: Value, b: Value, yes: Block, no: Block) {
        let condition = self.ins.ins().icmp(code, a, b);
        self.branch(condition, yes, no);
    }

    pub fn branch_if_number(&mut self, code: IntCC, a: Value, number: i64, yes: Block, no: Block) {
        let ty = self.ins.func.dfg.value_type(a);
        let number = self.int(ty, number);
        self.branch_if(code, a, number, yes, no);
    }

    /// Branches on a truth that a helper answered: 0, 1 or a trap.
    pub fn branch_on_truth(&mut self, answer: Value, yes: Block, no: Block) {
        let not_no = self.block();
        self.branch_if_number(IntCC::Equal, answer, 0, no, not_no);
        self.enter(not_no);
        let trapped = self.trapped;
        self.branch_if_number(IntCC::Equal, answer, 1, yes, trapped);
    }

    // Memory.

    /// A pointer or length of the frame. Nothing changes it during a run.
    pub fn frame_field(&mut self, ty: Type, offset: usize) -> Value {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        self.ins.ins().load(ty, flags, self.frame, offset as i32)
    }

    /// A column's item at a row: 64 bits for bytes and words, 32 for numbers.
    pub fn column(&mut self, column: Column, row: Value) -> Value {
        let base = self.frame_field(types::I64, column.0);
        // Nothing changes a tree during a run; but a row may be out of range before its tests were made.
        let flags = MemFlagsData::trusted().with_readonly();
        let index = self.ins.ins().uextend(types::I64, row);
        if column.0 == Column::KINDS.0 || column.0 == Column::OPS.0 {
            let address = self.ins.ins().iadd(base, index);
            self.ins.ins().uload8(types::I64, flags, address, 0)
        } else {
            let (ty, shift) = if column.0 == Column::BELOW.0 { (types::I64, 3) } else { (types::I32, 2) };
            let scale = self.int(types::I64, shift);
            let offset = self.ins.ins().ishl(index, scale);
            let address = self.ins.ins().iadd(base, offset);
            self.ins.ins().load(ty, flags, address, 0)
        }
    }

    /// Item `index`, known now, of a table of 32-bit numbers that nothing changes.
    pub fn table_item(&mut self, table: usize, index: u32) -> Value {
        let base = self.frame_field(types::I64, table);
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        self.ins.ins().load(types::I32, flags, base, index as i32 * 4)
    }

    /// The item of a reverse table for a number of the file: one more than the first index with it, or 0.
    pub fn reverse_item(&mut self, table: usize, len: usize, number: Value) -> Value {
        let (known, done) = (self.block(), self.block());
        let item = self.ins.append_block_param(done, types::I32);
        let len = self.frame_field(types::I32, len);
        let none = self.int(types::I32, 0);
        let in_table = self.ins.ins().icmp(IntCC::UnsignedLessThan, number, len);
        self.ins.ins().brif(in_table, known, &[], done, &[BlockArg::Value(none)]);
        self.enter(known);
        let base = self.frame_field(types::I64, table);
        let index = self.ins.ins().uextend(types::I64, number);
        let scale = self.int(types::I64, 2);
        let offset = self.ins.ins().ishl(index, scale);
        let address = self.ins.ins().iadd(base, offset);
        let found = self.ins.ins().load(types::I32, MemFlagsData::trusted().with_readonly(), address, 0);
        self.ins.ins().jump(done, &[BlockArg::Value(found)]);
        self.enter(done);
        item
    }

    // Rows.

    pub fn kind(&mut self, row: Value) -> Value {
        self.column(Column::KINDS, row)
    }

    pub fn end(&mut self, row: Value) -> Value {
        self.column(Column::ENDS, row)
    }

    /// The row after `row`: its first child, if it has one.
    pub fn following(&mut self, row: Value) -> Value {
        let one = self.int(types::I32, 1);
        self.ins.ins().iadd(row, one)
    }

    /// Child `slot` of `row`.
    pub fn slot(&mut self, row: Value, slot: u8) -> Value {
        let first = self.following(row);
        (0..slot).fold(first, |child, _| self.end(child))
    }

    pub fn unparen(&mut self, row: Value) -> Value {
        self.column(Column::BARE, row)
    }

    /// Branches on whether `kind` is in the set.
    pub fn branch_on_kinds(&mut self, kind: Value, kinds: KindSet, yes: Block, no: Block) {
        self.branch_on_bits(kind, kinds.intersect(KindSet::ALL).0, yes, no);
    }

    /// Branches on whether bit number `bit`, less than 64, is set in `bits`.
    pub fn branch_on_bits(&mut self, bit: Value, bits: u64, yes: Block, no: Block) {
        match bits.count_ones() {
            0 => self.jump(no),
            1 => self.branch_if_number(IntCC::Equal, bit, i64::from(bits.trailing_zeros()), yes, no),
            _ => {
                let bits = self.int(types::I64, bits as i64);
                let shifted = self.ins.ins().ushr(bits, bit);
                let one = self.int(types::I64, 1);
                let set = self.ins.ins().band(shifted, one);
                self.branch(set, yes, no);
            }
        }
    }

    // Calls.

    pub fn call_helper(&mut self, helper: &Helper, args: &[Value]) -> Value {
        let helpers = self.frame_field(types::I64, offset_of!(Frame, helpers));
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let callee = self.ins.ins().load(types::I64, flags, helpers, helper.offset as i32);
        self.call(helper.offset, callee, helper.params, helper.answer, args)
    }

    /// The number under which [`Self::call_rule`] keeps its signature; no helper has this offset.
    const RULE_SIGNATURE: usize = usize::MAX;

    /// Calls a rule at the function's own row; answers its status.
    pub fn call_rule(&mut self, rule: u32) -> Value {
        let rules = self.frame_field(types::I64, offset_of!(Frame, rules));
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let callee = self.ins.ins().load(types::I64, flags, rules, rule as i32 * 8);
        let root = self.root;
        self.call(Self::RULE_SIGNATURE, callee, &[types::I32], types::I32, &[root])
    }

    fn call(&mut self, signature: usize, callee: Value, params: &[Type], answer: Type, args: &[Value]) -> Value {
        let known = self.signatures.get(&signature).copied();
        let signature = known.unwrap_or_else(|| {
            let new = self.ins.import_signature(self.convention.signature(params, answer));
            self.signatures.insert(signature, new);
            new
        });
        let args: Vec<Value> = std::iter::once(self.frame).chain(args.iter().copied()).collect();
        let call = self.ins.ins().call_indirect(signature, callee, &args);
        self.ins.inst_results(call)[0]
    }

    /// Stores words where a helper can read them; answers where, and how many there are.
    pub fn pass_words(&mut self, words: &[Value]) -> (Value, Value) {
        let count = self.int(types::I32, words.len() as i64);
        let bytes = words.len() as u32 * 8;
        let slot = *self.words.get_or_insert_with(|| {
            self.ins.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes.max(8), 3))
        });
        let data = &mut self.ins.func.sized_stack_slots[slot];
        data.size = data.size.max(bytes);
        let address = self.ins.ins().stack_addr(types::I64, slot, 0);
        for (index, word) in words.iter().enumerate() {
            self.ins.ins().store(MemFlagsData::trusted(), *word, address, index as i32 * 8);
        }
        (address, count)
    }
}
