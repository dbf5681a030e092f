//! The words that other systems use in a list of patients, in the languages that Neem speaks.

use crate::patients::Gender;
use crate::patients::demographics::BloodGroup;
use crate::patients::import_columns::ImportField;
use crate::patients::search::fold;

/// The words of headers, folded: English, Hindi, Indonesian, Portuguese, Arabic.
pub(super) const HEADERS: &[(ImportField, &[&str])] = &[
    (
        ImportField::FullName,
        &[
            "name",
            "full name",
            "fullname",
            "patient name",
            "patient",
            "नाम",
            "पूरा नाम",
            "मरीज़ का नाम",
            "मरीज का नाम",
            "रोगी का नाम",
            "nama",
            "nama lengkap",
            "nama pasien",
            "nome",
            "nome completo",
            "nome do paciente",
            "paciente",
            "الاسم",
            "الاسم الكامل",
            "اسم المريض",
        ],
    ),
    (
        ImportField::GivenName,
        &["first name", "firstname", "given name", "forename", "पहला नाम", "nama depan", "primeiro nome", "الاسم الأول"],
    ),
    (
        ImportField::FamilyName,
        &[
            "last name",
            "lastname",
            "surname",
            "family name",
            "उपनाम",
            "nama belakang",
            "sobrenome",
            "apelido",
            "اسم العائلة",
            "اللقب",
        ],
    ),
    (
        ImportField::AlternateName,
        &[
            "alternate name",
            "other name",
            "local name",
            "native name",
            "दूसरा नाम",
            "nama lain",
            "outro nome",
            "nome alternativo",
            "اسم آخر",
        ],
    ),
    (
        ImportField::BirthDate,
        &[
            "birth date",
            "birthdate",
            "date of birth",
            "dob",
            "born",
            "birthday",
            "जन्म तिथि",
            "जन्मतिथि",
            "जन्म तारीख",
            "tanggal lahir",
            "tgl lahir",
            "data de nascimento",
            "nascimento",
            "data nascimento",
            "تاريخ الميلاد",
            "تاريخ الولادة",
        ],
    ),
    (ImportField::AgeYears, &["age", "age years", "आयु", "उम्र", "umur", "usia", "idade", "العمر", "السن"]),
    (
        ImportField::Gender,
        &["gender", "sex", "लिंग", "jenis kelamin", "kelamin", "jk", "sexo", "genero", "gênero", "الجنس", "النوع"],
    ),
    (
        ImportField::Phone,
        &[
            "phone",
            "phone number",
            "mobile",
            "mobile number",
            "mobile no",
            "phone no",
            "telephone",
            "tel",
            "cell",
            "contact",
            "whatsapp",
            "फ़ोन",
            "फोन",
            "मोबाइल",
            "मोबाइल नंबर",
            "telepon",
            "no telepon",
            "nomor telepon",
            "hp",
            "no hp",
            "telefone",
            "celular",
            "telemóvel",
            "الهاتف",
            "رقم الهاتف",
            "الجوال",
            "جوال",
            "هاتف",
        ],
    ),
    (
        ImportField::Email,
        &["email", "e mail", "mail", "email address", "ईमेल", "surel", "correio eletronico", "البريد الإلكتروني", "بريد"],
    ),
    (ImportField::Address, &["address", "street", "पता", "alamat", "endereco", "endereço", "morada", "rua", "العنوان"]),
    (ImportField::City, &["city", "town", "शहर", "नगर", "kota", "cidade", "المدينة", "مدينة"]),
    (
        ImportField::PostalCode,
        &[
            "postal code",
            "postcode",
            "zip",
            "zip code",
            "pin",
            "pincode",
            "pin code",
            "पिन",
            "पिन कोड",
            "kode pos",
            "cep",
            "codigo postal",
            "código postal",
            "الرمز البريدي",
        ],
    ),
    (
        ImportField::NationalId,
        &[
            "national id",
            "id number",
            "aadhaar",
            "aadhar",
            "aadhaar number",
            "आधार",
            "आधार संख्या",
            "nik",
            "no ktp",
            "ktp",
            "cpf",
            "rg",
            "الرقم الوطني",
            "رقم الهوية",
            "الهوية",
        ],
    ),
    (
        ImportField::PrimaryLanguage,
        &[
            "language",
            "primary language",
            "mother tongue",
            "भाषा",
            "मातृभाषा",
            "bahasa",
            "idioma",
            "lingua",
            "língua",
            "اللغة",
        ],
    ),
    (
        ImportField::Timezone,
        &["timezone", "time zone", "समय क्षेत्र", "zona waktu", "fuso horario", "fuso horário", "المنطقة الزمنية"],
    ),
    (
        ImportField::BloodGroup,
        &[
            "blood group",
            "blood type",
            "रक्त समूह",
            "golongan darah",
            "gol darah",
            "grupo sanguineo",
            "grupo sanguíneo",
            "tipo sanguineo",
            "tipo sanguíneo",
            "فصيلة الدم",
            "زمرة الدم",
        ],
    ),
    (
        ImportField::Notes,
        &[
            "notes",
            "note",
            "remarks",
            "comments",
            "टिप्पणी",
            "catatan",
            "keterangan",
            "observacoes",
            "observações",
            "notas",
            "ملاحظات",
        ],
    ),
    (ImportField::HeightCm, &["height", "height cm", "कद", "ऊंचाई", "tinggi", "tinggi badan", "altura", "الطول"]),
    (ImportField::WeightKg, &["weight", "weight kg", "वजन", "वज़न", "berat", "berat badan", "peso", "الوزن"]),
];

/// A word for a gender; nothing for one that is not known.
pub(super) fn gender(text: &str) -> Option<Gender> {
    const WORDS: &[(Gender, &[&str])] = &[
        (
            Gender::Male,
            &[
                "m",
                "male",
                "man",
                "boy",
                "पुरुष",
                "पु",
                "l",
                "laki laki",
                "pria",
                "lk",
                "masculino",
                "masc",
                "homem",
                "h",
                "ذكر",
            ],
        ),
        (
            Gender::Female,
            &[
                "f",
                "female",
                "woman",
                "girl",
                "महिला",
                "स्त्री",
                "म",
                "p",
                "perempuan",
                "wanita",
                "pr",
                "feminino",
                "fem",
                "mulher",
                "أنثى",
                "انثى",
            ],
        ),
        (Gender::Other, &["o", "other", "x", "अन्य", "lainnya", "outro", "آخر"]),
        (
            Gender::PreferNotToSay,
            &[
                "u",
                "unknown",
                "prefer not to say",
                "not known",
                "n a",
                "अज्ञात",
                "tidak diketahui",
                "nao informado",
                "não informado",
                "غير معروف",
            ],
        ),
    ];
    // The word as it is written comes first: one letter of Devanagari folds to another's.
    let lower = text.to_lowercase();
    let exact = WORDS.iter().find(|(_, words)| words.contains(&lower.as_str()));
    let folded = fold(text);
    exact.or_else(|| WORDS.iter().find(|(_, words)| words.iter().any(|word| fold(word) == folded))).map(|(g, _)| *g)
}

/// A blood group, however its rhesus factor is written.
pub(super) fn blood_group(text: &str) -> Option<BloodGroup> {
    let plain: String = text.to_uppercase().chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect();
    let plain = plain
        .replace("POSITIVE", "+")
        .replace("NEGATIVE", "-")
        .replace("POS", "+")
        .replace("NEG", "-")
        .replace("+VE", "+")
        .replace("-VE", "-")
        .replace("RH", "")
        .replace(['−', '–'], "-")
        .replace('0', "O");
    BloodGroup::ALL.iter().copied().find(|group| group.name() == plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_gender_and_blood() {
        for (text, expected) in [
            ("F", Gender::Female),
            ("पुरुष", Gender::Male),
            ("Laki-laki", Gender::Male),
            ("أنثى", Gender::Female),
            ("Não informado", Gender::PreferNotToSay),
        ] {
            assert_eq!(gender(text), Some(expected), "{text}");
        }
        assert_eq!(gender("perhaps"), None);
        for (text, expected) in [("a+", "A+"), ("AB negative", "AB-"), ("0 Rh+", "O+"), ("B +ve", "B+")] {
            assert_eq!(blood_group(text).map(BloodGroup::name), Some(expected), "{text}");
        }
        assert_eq!(blood_group("C"), None);
    }
}
