//! The inputs that `make fuzz` found worth keeping, and those that once broke something, go through
//! everything that reads bytes of others (docs/fuzzing.md).

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::path::PathBuf;

/// Small enough to be read on every run.
const MOST_BYTES: usize = 200_000;

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |path: PathBuf| (path.clone(), std::fs::read(path).expect("reads"));
    files.map(|file| read(file.expect("lists").path())).collect()
}

fn replay(target: &str) {
    let (_, run) = fuzz::TARGETS.iter().find(|(name, _)| *name == target).expect("a target");
    let inputs = corpus(target);
    assert!(inputs.len() >= 5, "{target} has hardly any inputs");
    for (path, bytes) in inputs {
        eprintln!("{}", path.display());
        run(&bytes);
    }
}

macro_rules! replays {
    ($($name:ident $target:literal),+ $(,)?) => {
        $(#[test] fn $name() { replay($target) })+

        #[test]
        fn every_target_is_replayed_and_the_inputs_stay_few() {
            let replayed = [$($target),+];
            assert!(fuzz::TARGETS.iter().map(|(name, _)| *name).eq(replayed));
            let bytes: usize = replayed.iter().flat_map(|target| corpus(target)).map(|(_, bytes)| bytes.len()).sum();
            assert!(bytes <= MOST_BYTES, "{bytes} bytes");
        }
    };
}

replays! {
    commits_and_messages "commit",
    lists_of_patients "csv",
    answers_of_a_hub "page",
    signed_commits "push",
    every_route "routes",
    typed_text "text",
    exports "transfer",
}
