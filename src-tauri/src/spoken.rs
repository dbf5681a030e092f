//! A room in the language of whoever looks for it, beside what stands on its door.

/// The word for a room, by language, with the digits of the script where they are not those of everybody.
const ROOMS: [(&str, &str, &str); 5] = [
    ("hi", "कमरा", "०१२३४५६७८९"),
    ("mr", "खोली", "०१२३४५६७८९"),
    ("ar", "غرفة", "٠١٢٣٤٥٦٧٨٩"),
    ("id", "Ruang", ""),
    ("pt", "Sala", ""),
];

/// "Room 2" in another language; nothing for a room that has a name instead of a number.
pub fn room(language: &str, room: &str) -> Option<String> {
    let tag = language.split(['-', '_']).next().unwrap_or_default();
    let (_, word, digits) = ROOMS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(tag))?;
    let all_digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = room.trim().rsplit(' ').next().filter(all_digits)?;
    let digit = |c: char| c.to_digit(10).and_then(|at| digits.chars().nth(at as usize)).unwrap_or(c);
    Some(format!("{word} {}", number.chars().map(digit).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_said_in_the_language_of_the_patient() {
        for (language, written, expected) in [
            ("mr-IN", "Room 2", Some("खोली २")),
            ("ar", "Room 13", Some("غرفة ١٣")),
            ("pt-BR", "Room 4", Some("Sala 4")),
            ("hi", "Skin clinic", None),
            ("hi", "", None),
            ("en", "Room 2", None),
        ] {
            assert_eq!(room(language, written).as_deref(), expected, "{language} {written}");
        }
    }
}
