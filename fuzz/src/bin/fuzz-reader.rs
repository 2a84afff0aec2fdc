//! Drives [`rulec_fuzz::reader`] with libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    rulec_fuzz::reader(bytes);
});
