//! Alignment: gofmt lines up the columns of struct fields and of trailing comments; an edit that changes the width of one
//! entry moves the gaps of its neighbours.
//!
//! In: the edits of a fix. Out: further edits that set the gaps right. Lines are modelled as gofmt's table writer sees
//! them; where the model does not explain the gaps as they are, they are left alone.

use crate::conditions::{Facts, is_alone_on_its_line};
use crate::finding::Edit;
use rulec_tree::{Kind, Node, Span};

/// Blocks are followed this many lines up and down.
const MAX_LINES: u32 = 200;

/// The edits of gaps that go with `edits`. Those of blocks that are not aligned as gofmt does are left out.
pub(super) fn gaps(facts: &Facts, edits: &[Edit]) -> Vec<Edit> {
    let mut gaps: Vec<Edit> = Vec::new();
    let mut done_to = 0;
    for edit in edits.iter().filter(|edit| !edit.import) {
        let line = facts.line(edit.start);
        if line >= done_to && stays_on_its_line(facts, edit) {
            let block = block_around(facts, line);
            done_to = block.last().map_or(line, |last| last.number) + 1;
            gaps.extend(realigned(facts, &block, edits).unwrap_or_default());
        }
    }
    gaps
}

fn stays_on_its_line(facts: &Facts, edit: &Edit) -> bool {
    facts.line(edit.start) == facts.line(edit.end) && !edit.text.contains('\n')
}

/// A line as a row of a table. All cells but the last are padded; an empty one stands for a column that is left out.
struct Row {
    number: u32,
    indent: u32,
    cells: Vec<Option<Span>>,
}

/// The lines around a line that can share columns with it.
fn block_around(facts: &Facts, line: u32) -> Vec<Row> {
    let Some(own) = row(facts, line) else { return Vec::new() };
    let joins = |row: &Row| row.indent == own.indent;
    let above = (line.saturating_sub(MAX_LINES).max(1)..line).rev().map_while(|line| row(facts, line).filter(joins));
    let mut rows: Vec<Row> = above.collect();
    rows.reverse();
    let below: Vec<Row> = (line + 1..=line + MAX_LINES).map_while(|line| row(facts, line).filter(joins)).collect();
    rows.push(own);
    rows.extend(below);
    rows
}

/// The row of a line; nothing for empty lines and lines that are all comment.
fn row(facts: &Facts, number: u32) -> Option<Row> {
    let tree = facts.tree();
    let start = facts.file.lines.line_start(number)?;
    let end = facts.line_end(start);
    let text = facts.slice(Span::new(start, end));
    let indent = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count() as u32;
    let comment = trailing_comment(facts, start, end);
    let code_end = comment.map_or(end, |comment| tree.span(comment).start);
    let code = facts.slice(Span::new(start + indent, code_end.max(start + indent)));
    let code = Span::new(start + indent, start + indent + code.trim_ascii_end().len() as u32);
    if code.start >= code.end {
        return None;
    }
    let mut cells = match field_at(facts, code) {
        Some(field) => field_cells(facts, field, comment.is_some()),
        None => vec![Some(code)],
    };
    cells.extend(comment.map(|comment| Some(tree.span(comment))));
    Some(Row { number, indent, cells })
}

/// The comment at the end of a line, with code before it.
fn trailing_comment(facts: &Facts, start: u32, end: u32) -> Option<Node> {
    let comment = *facts.comments_within(Span::new(start, end)).last()?;
    let is_last = facts.tree().span(comment).end == end;
    (is_last && !is_alone_on_its_line(facts, comment)).then_some(comment)
}

/// The struct field that is all of the code of a line.
fn field_at(facts: &Facts, code: Span) -> Option<Node> {
    let tree = facts.tree();
    let code_rows = tree.slot(Node::ROOT, 2).0;
    let (mut low, mut high) = (0, code_rows);
    while low < high {
        let middle = low + (high - low) / 2;
        if tree.span(Node(middle)).start < code.start {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let mut starting = (low..code_rows).map(Node).take_while(|row| tree.span(*row).start == code.start);
    starting.find(|row| {
        tree.kind(*row) == Kind::Field && tree.span(*row) == code && tree.kind(tree.parent(*row)) == Kind::StructType
    })
}

/// Names, type and tag, as gofmt's `fieldList` separates them.
fn field_cells(facts: &Facts, field: Node, has_comment: bool) -> Vec<Option<Span>> {
    let tree = facts.tree();
    let [names, ty, tag] = [0, 1, 2].map(|slot| tree.slot(field, slot));
    let is_there = |node: Node| tree.kind(node) != Kind::Absent && tree.span(node).start < tree.span(node).end;
    let mut cells = Vec::new();
    if is_there(names) {
        cells.push(Some(tree.span(names)));
    }
    cells.push(Some(tree.span(ty)));
    if is_there(tag) {
        cells.push(Some(tree.span(tag)));
    } else if has_comment && !is_there(names) {
        // The comment stands behind the column of types.
        cells.push(None);
    }
    cells
}

/// The edits of the gaps of a block; nothing if the model does not fit it, or an edit crosses a gap.
fn realigned(facts: &Facts, block: &[Row], edits: &[Edit]) -> Option<Vec<Edit>> {
    let old: Vec<Vec<usize>> = block.iter().map(|row| widths(facts, row, &[])).collect::<Option<_>>()?;
    let new: Vec<Vec<usize>> = block.iter().map(|row| widths(facts, row, edits)).collect::<Option<_>>()?;
    let mut changed = Vec::new();
    for (index, row) in block.iter().enumerate() {
        let spans: Vec<(usize, Span)> =
            row.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, (*cell)?))).collect();
        for pair in spans.windows(2) {
            let ((from, left), (to, right)) = (pair[0], pair[1]);
            let gap = Span::new(left.end, right.start);
            let expected = |table: &[Vec<usize>]| {
                let padded: usize = (from..to).map(|column| column_width(table, index, column)).sum();
                padded.checked_sub(table[index][from])
            };
            let is_as_gofmt_does =
                facts.slice(gap).iter().all(|byte| *byte == b' ') && expected(&old)? == (gap.end - gap.start) as usize;
            if !is_as_gofmt_does {
                return None;
            }
            let width = expected(&new)?;
            if width != (gap.end - gap.start) as usize {
                changed.push(Edit { start: gap.start, end: gap.end, text: " ".repeat(width), import: false });
            }
        }
    }
    Some(changed)
}

/// The characters in each cell once the edits are made; nothing if one of them is not within a cell.
fn widths(facts: &Facts, row: &Row, edits: &[Edit]) -> Option<Vec<usize>> {
    let line = facts.file.lines.line_start(row.number)?;
    let line = Span::new(line, facts.line_end(line));
    let touches = |edit: &&Edit| edit.start <= line.end && line.start <= edit.end;
    let own: Vec<&Edit> = edits.iter().filter(touches).collect();
    let is_within_cell = |edit: &&Edit| {
        let span = Span::new(edit.start, edit.end);
        stays_on_its_line(facts, edit) && row.cells.iter().flatten().any(|cell| cell.covers(span))
    };
    if !own.iter().all(is_within_cell) {
        return None;
    }
    let width = |cell: &Option<Span>| {
        let Some(cell) = cell else { return 0 };
        let mut width = chars(facts.slice(*cell)) as isize;
        for edit in own.iter().filter(|edit| cell.covers(Span::new(edit.start, edit.end))) {
            width += edit.text.chars().count() as isize - chars(facts.slice(Span::new(edit.start, edit.end))) as isize;
        }
        width.max(0) as usize
    };
    Some(row.cells.iter().map(width).collect())
}

fn chars(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}

/// The width of a column at a row: that of the widest cell in the neighbouring rows that have the column, and one.
///
/// Source: the documentation of Go's `text/tabwriter`: a column block is made of adjacent tab-terminated cells; with
/// `DiscardEmptyColumns`, one without text has no width.
fn column_width(table: &[Vec<usize>], index: usize, column: usize) -> usize {
    let has = |row: &&Vec<usize>| row.len() > column + 1;
    let above = table[..index].iter().rev().take_while(has);
    let below = table[index..].iter().take_while(has);
    match above.chain(below).map(|row| row[column]).max() {
        None | Some(0) => 0,
        Some(widest) => widest + 1,
    }
}
