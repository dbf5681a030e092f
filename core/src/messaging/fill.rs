//! Placeholders of a text: `{{name}}`.

use std::collections::BTreeMap;

/// The names between the double braces, in the order of the text; spaces inside do not count.
pub(super) fn placeholders_of(text: &str) -> Vec<String> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim().to_owned()).collect()
}

/// The text with every placeholder replaced. What is filled in is never looked at again, so that a
/// name with braces in it stays a name.
pub(super) fn fill(text: &str, params: &BTreeMap<String, String>) -> String {
    let mut parts = text.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("}}") {
            Some((name, rest)) => {
                filled.push_str(params.get(name.trim()).map_or("", String::as_str));
                filled.push_str(rest);
            }
            None => {
                filled.push_str("{{");
                filled.push_str(part);
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        let params = BTreeMap::from([("name".into(), "{{code}}".into()), ("code".into(), "1234".into())]);
        for (text, expected) in [
            ("Hello {{name}}.", "Hello {{code}}."),
            ("{{ code }}{{code}}", "12341234"),
            ("nothing", "nothing"),
            ("open {{name", "open {{name"),
            ("{{other}}!", "!"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &params), expected);
        }
        assert_eq!(placeholders_of("{{ a }} and {{b}} and {{c"), ["a", "b"]);
    }
}
