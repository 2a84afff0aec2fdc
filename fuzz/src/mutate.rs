//! Changes of bytes, each determined by a seed: what `cargo test` tries without libFuzzer.

/// A sequence of numbers that looks random.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014 (SplitMix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The sequence that a seed determines.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }
}

/// Numbers that lie at borders.
const BORDERS: &[u8] = &[0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff];

/// One to three changes: bytes set, bits flipped, bytes left out, doubled or put in, pieces moved.
pub fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..=rng.below(3) {
        if bytes.is_empty() {
            bytes.push(0);
        }
        let at = rng.below(bytes.len());
        match rng.below(7) {
            0 => bytes[at] = BORDERS[rng.below(BORDERS.len())],
            1 => bytes[at] = rng.number() as u8,
            2 => bytes[at] ^= 1 << rng.below(8),
            3 => drop(bytes.remove(at)),
            4 => bytes.insert(at, rng.number() as u8),
            5 => bytes[at] = bytes[at].wrapping_add(if rng.below(2) == 0 { 1 } else { 0xff }),
            _ => {
                let piece = bytes[at..(at + 1 + rng.below(24)).min(bytes.len())].to_vec();
                let to = rng.below(bytes.len());
                bytes.splice(to..to, piece);
            }
        }
    }
}
