//! The function of a start kind: walks the decision graph at a row and calls the rules it reaches.

use super::emit::{Column, Emitter};
use crate::decision::{self, Attribute, Place, Switch};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::Switch as JumpTable;
use rulec_pack::abi::{Frame, RULE_ON, Status};
use rulec_plan::ir::RuleIndex;
use std::mem::offset_of;

/// Emits the function.
pub fn emit(emitter: Emitter<'_>, place: &Place) {
    let root = emitter.root;
    let mut dispatch = Dispatch { emitter, rows: vec![(Vec::new(), root)] };
    dispatch.place(place);
    dispatch.emitter.answer(Status::Done);
    dispatch.emitter.finish();
}

struct Dispatch<'b> {
    emitter: Emitter<'b>,
    /// The rows known here, by their paths: found before the current block on every way to it.
    rows: Vec<(Vec<u8>, Value)>,
}

impl Dispatch<'_> {
    /// Goes on behind the place. Recursion is as deep as the graph, which has a bound.
    fn place(&mut self, place: &Place) {
        let known = self.rows.len();
        place.rules.iter().for_each(|rule| self.enter_rule(*rule));
        place.switches.iter().for_each(|switch| self.switch(switch));
        self.rows.truncate(known);
    }

    fn enter_rule(&mut self, rule: RuleIndex) {
        let emitter = &mut self.emitter;
        let (enabled, next) = (emitter.block(), emitter.block());
        let states = emitter.frame_field(types::I64, offset_of!(Frame, states));
        let state = emitter.ins.ins().uload8(types::I32, MemFlagsData::trusted(), states, rule.0 as i32);
        emitter.branch_if_number(IntCC::Equal, state, i64::from(RULE_ON), enabled, next);
        emitter.enter(enabled);
        let status = emitter.call_rule(rule.0);
        let trapped = emitter.trapped;
        emitter.branch_if_number(IntCC::Equal, status, Status::Trapped as i64, trapped, next);
        emitter.enter(next);
    }

    fn switch(&mut self, switch: &Switch) {
        let row = self.row(&switch.column.path);
        let after = self.emitter.block();
        let arms: Vec<Block> = switch.arms.iter().map(|_| self.emitter.block()).collect();
        self.choose(switch, row, &arms, after);
        for (arm, block) in switch.arms.iter().zip(arms) {
            self.emitter.enter(block);
            self.place(&arm.place);
            self.emitter.jump(after);
        }
        self.emitter.enter(after);
    }

    /// Goes to the arm with the row's value, or to `after`.
    fn choose(&mut self, switch: &Switch, row: Value, arms: &[Block], after: Block) {
        let emitter = &mut self.emitter;
        let column = match switch.column.attribute {
            Attribute::Kind => Column::KINDS,
            Attribute::Op => Column::OPS,
            Attribute::Text => Column::TEXTS,
        };
        let value = emitter.column(column, row);
        match (&switch.arms[..], switch.column.attribute) {
            ([only], Attribute::Text) if only.values.len() == 1 => {
                let atom = emitter.table_item(offset_of!(Frame, atoms), only.values[0]);
                emitter.branch_if(IntCC::Equal, value, atom, arms[0], after);
            }
            (_, Attribute::Text) => {
                let (table, len) = (offset_of!(Frame, atom_of), offset_of!(Frame, atom_of_len));
                let item = emitter.reverse_item(table, len, value);
                jump_table(switch, arms, 1).emit(&mut emitter.ins, item, after);
            }
            ([only], Attribute::Kind | Attribute::Op) => {
                let bits = only.values.iter().fold(0, |bits, value| bits | 1 << value);
                emitter.branch_on_bits(value, bits, arms[0], after);
            }
            (_, Attribute::Kind | Attribute::Op) => {
                jump_table(switch, arms, 0).emit(&mut emitter.ins, value, after);
            }
        }
    }

    /// The row at `path`, found from the nearest row known above it.
    fn row(&mut self, path: &[u8]) -> Value {
        let nearest =
            self.rows.iter().filter(|(known, _)| path.starts_with(known)).max_by_key(|(known, _)| known.len());
        let (depth, mut row) = nearest.map_or((0, self.emitter.root), |(known, row)| (known.len(), *row));
        for end in depth..path.len() {
            let child = self.emitter.slot(row, path[end]);
            row = self.emitter.unparen(child);
            self.rows.push((path[..=end].to_vec(), row));
        }
        row
    }
}

/// The arms by value, `shift` added.
fn jump_table(switch: &decision::Switch, arms: &[Block], shift: u128) -> JumpTable {
    let mut table = JumpTable::new();
    for (arm, block) in switch.arms.iter().zip(arms) {
        arm.values.iter().for_each(|value| table.set_entry(u128::from(*value) + shift, *block));
    }
    table
}
