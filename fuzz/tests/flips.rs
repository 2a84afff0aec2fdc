//! Every way to damage one byte of a small pack: each is refused or changes nothing.

use rulec_fuzz::seeds;
use rulec_pack::code::{Code, NO_START};
use rulec_pack::file::{self, Contents};

/// A pack with everything that a pack can hold but signatures.
fn pack() -> Vec<u8> {
    let plain = file::read(&seeds::pack(&seeds::plans()[1])).unwrap();
    let code = Code { target: "pdp11-unix".into(), bytes: vec![0xc3; 40], rules: vec![1], kinds: [NO_START; 64] };
    let manifest = plain.manifest.as_ref().unwrap();
    file::write(&Contents { manifest, sources: &plain.sources, plan: &plain.plan, codes: &[code] })
}

#[test]
fn every_flipped_byte_is_refused() {
    let bytes = pack();
    for at in 0..bytes.len() {
        for mask in [1 << (at % 8), 0xff] {
            let mut flipped = bytes.clone();
            flipped[at] ^= mask;
            // No byte is free: hashes cover all, and what lies between sections has to be zero.
            assert!(file::read(&flipped).is_err(), "byte {at} of {}, flipped by {mask:#x}", bytes.len());
        }
    }
}

#[test]
fn other_lengths_are_refused() {
    let bytes = pack();
    assert!(file::read(&bytes).is_ok());
    for len in 0..bytes.len() {
        assert!(file::read(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
    for more in [1, 7, 8, 100] {
        assert!(file::read(&[&bytes[..], &vec![0; more]].concat()).is_err(), "{more} bytes more");
    }
}
