//! As much Markdown as the checks need: fenced blocks, inline code and links.

/// A fenced block.
pub struct Block<'t> {
    /// What stands behind the opening fence.
    pub info: &'t str,
    /// The lines between the fences.
    pub text: &'t str,
    /// Where `text` starts in the page.
    pub offset: usize,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// The fenced blocks of a page, and the page's other lines, each with its number.
pub fn split(text: &str) -> (Vec<Block<'_>>, Vec<(usize, &str)>) {
    let (mut blocks, mut prose) = (Vec::new(), Vec::new());
    let mut open: Option<(&str, &str, usize, usize)> = None;
    let mut offset = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end();
        let fence_len = line.trim_start().len() - line.trim_start().trim_start_matches('`').len();
        let fence = &line.trim_start()[..fence_len];
        offset += whole.len();
        match open {
            Some((opening, info, start, number)) if fence_len >= opening.len() && line.trim() == fence => {
                let text = &text[start..offset - whole.len()];
                blocks.push(Block { info, text, offset: start, line: number });
                open = None;
            }
            Some(_) => {}
            None if fence_len >= 3 => open = Some((fence, line.trim_start()[fence_len..].trim(), offset, index + 1)),
            None => prose.push((index + 1, line)),
        }
    }
    assert!(open.is_none(), "a fenced block does not end");
    (blocks, prose)
}

/// The inline code of a line.
pub fn code(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The targets of a line's links.
pub fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}
