//! The fixed words of a slip in the languages that Neem speaks, for the person who waits.

use crate::{Line, SlipLabels};

/// What a slip says around the names and numbers, in one language.
pub struct SlipWords {
    /// The language as a BCP 47 tag.
    pub language: &'static str,
    reprinted: &'static str,
    first_printed: &'static str,
    called: &'static str,
    /// From Monday.
    weekdays: [&'static str; 7],
    months: [&'static str; 12],
}

impl SlipWords {
    /// The words for whoever reads the language of this tag; English for a language that Neem does not speak.
    pub fn of(tag: Option<&str>) -> &'static SlipWords {
        let language = crate::text::language(tag.unwrap_or_default());
        ALL.iter().find(|words| words.language == language).unwrap_or(&ALL[0])
    }

    /// The labels of the slip.
    pub fn labels(&self) -> SlipLabels {
        SlipLabels { reprinted: self.reprinted.into(), first_printed: self.first_printed.into() }
    }

    /// What to do now, and the same in English for whoever helps.
    pub fn notice(&self) -> Vec<Line> {
        let line = |words: &SlipWords| Line { text: words.called.into(), language: Some(words.language.into()) };
        if self.language == ALL[0].language { vec![line(self)] } else { vec![line(self), line(&ALL[0])] }
    }

    /// A day in words, such as "Fri 20 Nov 2026"; `weekday` counts from Monday and `month` from January, both from 0.
    pub fn day(&self, weekday: usize, day: u32, month: usize, year: i32) -> String {
        format!("{} {day} {} {year}", self.weekdays[weekday % 7], self.months[month % 12])
    }
}

static ALL: [SlipWords; 5] = [
    SlipWords {
        language: "en",
        reprinted: "Printed again {at}",
        first_printed: "the same number, first printed {first}",
        called: "Your number will be called.",
        weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    },
    SlipWords {
        language: "hi",
        reprinted: "{at} पर फिर छापा",
        first_printed: "वही टोकन, पहली बार {first} पर छपा",
        called: "आपका टोकन नंबर पुकारा जाएगा।",
        weekdays: ["सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"],
        months: ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"],
    },
    SlipWords {
        language: "id",
        reprinted: "Dicetak lagi {at}",
        first_printed: "nomor yang sama, pertama dicetak {first}",
        called: "Nomor Anda akan dipanggil.",
        weekdays: ["Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"],
        months: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    },
    SlipWords {
        language: "pt",
        reprinted: "Impresso de novo {at}",
        first_printed: "o mesmo número, impresso primeiro {first}",
        called: "Seu número será chamado.",
        weekdays: ["seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom."],
        months: ["jan.", "fev.", "mar.", "abr.", "maio", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."],
    },
    SlipWords {
        language: "ar",
        reprinted: "طُبعت مجددًا {at}",
        first_printed: "الرقم نفسه، طُبع أول مرة {first}",
        called: "سيُنادى على رقمك.",
        weekdays: ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
        months: [
            "يناير",
            "فبراير",
            "مارس",
            "أبريل",
            "مايو",
            "يونيو",
            "يوليو",
            "أغسطس",
            "سبتمبر",
            "أكتوبر",
            "نوفمبر",
            "ديسمبر",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_their_language_and_strangers_english() {
        for (tag, language) in [
            (Some("hi"), "hi"),
            (Some("pt-BR"), "pt"),
            (Some("ar_EG"), "ar"),
            (Some("id"), "id"),
            (Some("mr"), "en"),
            (Some(""), "en"),
            (None, "en"),
        ] {
            assert_eq!(SlipWords::of(tag).language, language, "{tag:?}");
        }
        assert_eq!(SlipWords::of(Some("pt")).day(4, 20, 10, 2026), "sex. 20 nov. 2026");
        assert_eq!(SlipWords::of(None).notice().len(), 1);
        assert_eq!(SlipWords::of(Some("ar")).notice().len(), 2);
    }

    #[test]
    fn each_language_names_what_is_filled_in() {
        for words in &ALL {
            assert!(words.reprinted.contains("{at}"), "{}", words.language);
            assert!(words.first_printed.contains("{first}"), "{}", words.language);
        }
    }
}
