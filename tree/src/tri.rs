//! Truth where not everything can be known.

/// Three-valued truth.
///
/// Source: S. C. Kleene, "Introduction to Metamathematics", 1952, §64 (strong tables).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tri {
    /// Certainly not.
    No = 0,
    /// Certainly.
    Yes = 1,
    /// Not known.
    Unknown = 2,
}

impl Tri {
    /// Yes or no.
    pub fn of(truth: bool) -> Tri {
        if truth { Tri::Yes } else { Tri::No }
    }

    /// The opposite.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "`!tri` would read as two-valued")]
    pub fn not(self) -> Tri {
        match self {
            Tri::No => Tri::Yes,
            Tri::Yes => Tri::No,
            Tri::Unknown => Tri::Unknown,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        }
    }

    /// Either or both.
    #[must_use]
    pub fn or(self, other: Tri) -> Tri {
        self.not().and(other.not()).not()
    }

    /// All of them; the rest is not asked once one is not so.
    pub fn all(truths: impl IntoIterator<Item = Tri>) -> Tri {
        let mut all = Tri::Yes;
        for truth in truths {
            all = all.and(truth);
            if all == Tri::No {
                break;
            }
        }
        all
    }

    /// At least one of them; the rest is not asked once one is so.
    pub fn any(truths: impl IntoIterator<Item = Tri>) -> Tri {
        Tri::all(truths.into_iter().map(Tri::not)).not()
    }

    /// Whether it is certain.
    pub fn is_yes(self) -> bool {
        self == Tri::Yes
    }
}
