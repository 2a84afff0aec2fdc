//! Drives [`rulec_fuzz::plan`] with libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    rulec_fuzz::plan(bytes);
});
