//! Drives [`rulec_fuzz::sections`] with libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    rulec_fuzz::sections(bytes);
});
