//! The words of a name, so that spellings and scripts of one name can be compared.

use crate::patients::search::fold;

/// Words at least this alike (Jaro-Winkler) are one word written twice. "Ramesh" and "Rajesh",
/// who are brothers, come to 0.91.
const ALIKE: f64 = 0.92;

/// Titles and articles, which are written or not.
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "shri", "smt", "sri", "kum", "sr", "sra", "srta", "bpk", "ibu", "sdr",
    "al", "el",
];

/// One word of a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    letters: String,
    /// Without vowels: all that is left of a name in a script that does not write them.
    bones: String,
    latin: bool,
}

/// The words of a name in the order in which they are written.
pub(super) fn words(name: &str) -> Vec<Word> {
    name.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-' | '/' | '\'' | '’'))
        .filter_map(|written| {
            // The Arabic article is written together with the name, apart, or not at all.
            let written = written.strip_prefix("ال").unwrap_or(written);
            let letters = plain(&fold(written).replace(' ', ""));
            let latin = written.is_ascii() || written.chars().all(|c| (c as u32) < 0x250);
            let bones = letters.chars().filter(|c| !"aeiouvh".contains(*c)).collect();
            (!letters.is_empty() && !TITLES.contains(&letters.as_str())).then_some(Word { letters, bones, latin })
        })
        .collect()
}

/// One spelling for the sounds that transliteration writes in several ways.
fn plain(word: &str) -> String {
    if word.len() < 2 {
        return word.to_owned();
    }
    let pairs = [
        ("ph", "f"),
        ("ee", "i"),
        ("oo", "u"),
        ("ou", "u"),
        ("w", "v"),
        ("y", "i"),
        ("q", "k"),
        ("ck", "k"),
        ("z", "j"),
    ];
    let word = pairs.iter().fold(word.to_owned(), |word, (from, to)| word.replace(from, to));
    let chars: Vec<char> = word.chars().collect();
    let mut out = String::with_capacity(word.len());
    for (i, c) in chars.iter().copied().enumerate() {
        let before = i.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(i + 1).copied();
        let vowel = |c: char| "aeiou".contains(c);
        if before == Some(c) || (c == 'h' && before.is_some_and(|before| !vowel(before))) {
            continue;
        }
        // The Devanagari dot for a nasal is written m or n, as the next consonant has it.
        let nasal = c == 'm' && after.is_some_and(|after| "tdkgcjs".contains(after));
        out.push(if nasal { 'n' } else { c });
    }
    out
}

/// How two words compare: the same, within a slip, as an initial, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    Initial,
    Alike,
    Same,
}

/// How two words compare; nothing when they do not.
pub(super) fn likeness(a: &Word, b: &Word) -> Option<Likeness> {
    if a.letters == b.letters {
        return Some(Likeness::Same);
    }
    if a.letters.len() == 1 || b.letters.len() == 1 {
        let same = a.letters.chars().next() == b.letters.chars().next();
        return same.then_some(Likeness::Initial);
    }
    let alike = strsim::jaro_winkler(&a.letters, &b.letters) >= ALIKE;
    let transliterated = a.latin != b.latin && a.bones.len() > 1 && a.bones == b.bones;
    (alike || transliterated).then_some(Likeness::Alike)
}
