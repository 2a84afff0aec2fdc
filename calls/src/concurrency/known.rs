//! What functions of the standard library do with goroutines, channels and locks: their meaning is Go's memory model's, not
//! that of their source.
//!
//! Source: documentation of `sync`, `context`, `time`, `testing`, and of `golang.org/x/sync/errgroup`.

use rulec_types::{ObjId, Store, TypeData};

/// What a function of another package does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Known {
    /// `Mutex.Lock`, `RWMutex.Lock`.
    Lock,
    /// `Unlock`.
    Unlock,
    /// `RWMutex.RLock`.
    RLock,
    /// `RWMutex.RUnlock`.
    RUnlock,
    /// `TryLock`.
    TryLock,
    /// `TryRLock`.
    TryRLock,
    /// `RWMutex.RLocker`: the read half as a `Locker`.
    RLocker,
    /// `WaitGroup.Add`.
    GroupAdd,
    /// `WaitGroup.Done`.
    GroupDone,
    /// `WaitGroup.Wait`, `errgroup.Group.Wait`.
    GroupWait,
    /// `WaitGroup.Go`, `errgroup.Group.Go`.
    GroupGo,
    /// `Once.Do`.
    OnceDo,
    /// `sync.NewCond`.
    CondNew,
    /// `Cond.Wait`.
    CondWait,
    /// `Cond.Signal`.
    CondSignal,
    /// `Cond.Broadcast`.
    CondBroadcast,
    /// `context.Background`, `context.TODO`: never done.
    ContextRoot,
    /// `context.WithCancel`, `WithCancelCause`: a context and the function that ends it.
    ContextCancel,
    /// `context.WithTimeout`, `WithDeadline` and the like: ends by itself.
    ContextTimed,
    /// `context.WithValue`: ends with its parent.
    ContextValue,
    /// `context.WithoutCancel`: never done.
    ContextDetached,
    /// `errgroup.WithContext`: a group and a context that ends with the first error.
    GroupContext,
    /// `time.After`, `time.Tick`: a channel that the clock sends to.
    Clock,
    /// `time.NewTimer`, `time.NewTicker`: a struct with such a channel in its field `C`.
    Timer,
    /// `Timer.Stop`.
    TimerStop,
    /// `Ticker.Stop`.
    TickerStop,
    /// `Timer.Reset`, `Ticker.Reset`.
    TimerReset,
    /// `time.AfterFunc`: runs its argument in another goroutine.
    AfterFunc,
    /// `testing.T.Run` and the like: runs the function that is its last argument, and waits for it.
    RunLast,
    /// `testing.T.Parallel`: `Run` no longer waits for the function that calls it.
    Parallel,
    /// `Weighted.Acquire` of `golang.org/x/sync/semaphore`: fails only when its context is done.
    Acquire,
    /// Functions and methods of `sync/atomic`.
    Atomic(Atomic),
    /// `runtime.Goexit`, `testing.T.FailNow` and the like: ends the goroutine. So does what only says that a test has
    /// failed: how a test that has failed goes on is no concern.
    Exit,
    /// The same, and its result is not nil.
    NotNil,
    /// Looks at its arguments and gives them back to nobody.
    Harmless,
    /// Nothing is known.
    Foreign,
}

/// What an atomic operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Atomic {
    Load,
    Store,
    Add,
    Swap,
    CompareAndSwap,
}

/// Packages whose functions neither keep channels and pointers nor call what they are given.
const HARMLESS: &[&str] = &[
    "bytes",
    "errors",
    "fmt",
    "log",
    "log/slog",
    "math",
    "math/bits",
    "math/rand",
    "math/rand/v2",
    "os",
    "path",
    "path/filepath",
    "runtime",
    "runtime/debug",
    "strconv",
    "strings",
    "testing",
    "time",
    "unicode",
    "unicode/utf8",
    "unsafe",
    "encoding/json",
    "encoding/binary",
    "encoding/hex",
    "encoding/base64",
    "hash/crc32",
    "crypto/sha256",
    "crypto/md5",
    "crypto/rand",
];

/// What a declared function or method does.
pub(crate) fn of_object(store: &Store, object: ObjId) -> Known {
    let declared = store.object(object);
    let path = store.str(store.package(declared.pkg).path);
    let name = store.str(declared.name);
    let receiver = declared.receiver().and_then(|(ty, _)| match store.data(store.unalias(ty)) {
        TypeData::Named(named) => Some(store.str(store.object(named.obj).name)),
        _ => None,
    });
    of_name(path, receiver, name)
}

fn of_name(path: &str, receiver: Option<&str>, name: &str) -> Known {
    use Known::*;
    match (path, receiver.unwrap_or_default(), name) {
        ("sync", "Mutex" | "RWMutex", "Lock") => Lock,
        ("sync", "Mutex" | "RWMutex", "Unlock") => Unlock,
        ("sync", "RWMutex", "RLock") => RLock,
        ("sync", "RWMutex", "RUnlock") => RUnlock,
        ("sync", "Mutex" | "RWMutex", "TryLock") => TryLock,
        ("sync", "RWMutex", "TryRLock") => TryRLock,
        ("sync", "RWMutex", "RLocker") => RLocker,
        ("sync", "WaitGroup", "Add") => GroupAdd,
        ("sync", "WaitGroup", "Done") => GroupDone,
        ("sync", "WaitGroup", "Wait") => GroupWait,
        ("sync", "WaitGroup", "Go") => GroupGo,
        ("sync", "Once", "Do") => OnceDo,
        ("sync", "", "NewCond") => CondNew,
        ("sync", "Cond", "Wait") => CondWait,
        ("sync", "Cond", "Signal") => CondSignal,
        ("sync", "Cond", "Broadcast") => CondBroadcast,
        ("context", "", "Background" | "TODO") => ContextRoot,
        ("context", "", "WithCancel" | "WithCancelCause") => ContextCancel,
        ("context", "", "WithTimeout" | "WithDeadline" | "WithTimeoutCause" | "WithDeadlineCause") => ContextTimed,
        ("context", "", "WithValue") => ContextValue,
        ("context", "", "WithoutCancel") => ContextDetached,
        ("context", "", "Cause") => Harmless,
        ("time", "", "After" | "Tick") => Clock,
        ("time", "", "NewTimer" | "NewTicker") => Timer,
        ("time", "Timer", "Stop") => TimerStop,
        ("time", "Ticker", "Stop") => TickerStop,
        ("time", "Timer" | "Ticker", "Reset") => TimerReset,
        ("time", "", "AfterFunc") => AfterFunc,
        ("golang.org/x/sync/errgroup", "Group", "Go") => GroupGo,
        ("golang.org/x/sync/errgroup", "Group", "Wait") => GroupWait,
        ("golang.org/x/sync/errgroup", "", "WithContext") => GroupContext,
        ("testing", _, "Run") => RunLast,
        ("testing", _, "Parallel") => Parallel,
        ("testing", _, "Fatal" | "Fatalf" | "FailNow" | "Skip" | "Skipf" | "SkipNow" | "Error" | "Errorf" | "Fail") => {
            Exit
        }
        ("runtime", "", "Goexit") | ("os", "", "Exit") => Exit,
        ("log", _, "Fatal" | "Fatalf" | "Fatalln" | "Panic" | "Panicf" | "Panicln") => Exit,
        ("errors", "", "New") | ("fmt", "", "Errorf") => NotNil,
        ("sync/atomic", _, name) => atomic(name).map_or(Foreign, Atomic),
        (path, "Weighted", "Acquire") if path.ends_with("golang.org/x/sync/semaphore") => Acquire,
        ("runtime", "", "SetFinalizer") | ("testing", _, "Cleanup") | ("runtime", "", "AddCleanup") => Foreign,
        (path, _, _) if HARMLESS.contains(&path) => Harmless,
        _ => Foreign,
    }
}

/// What a function or method of `sync/atomic` does, by its name: `AddInt32`, `Add`.
fn atomic(name: &str) -> Option<Atomic> {
    let by_name = [
        ("Load", Atomic::Load),
        ("Store", Atomic::Store),
        ("Add", Atomic::Add),
        ("Swap", Atomic::Swap),
        ("CompareAndSwap", Atomic::CompareAndSwap),
    ];
    by_name.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, atomic)| atomic)
}
