//! The typesetting engine: built once, fed with data, never with markup.

use std::sync::OnceLock;

use serde::Serialize;
use typst::foundations::{Dict, IntoValue};
use typst::layout::{Frame, FrameItem};
use typst_as_lib::{TypstAsLibError, TypstEngine};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use typst_svg::SvgOptions;

use crate::words::{Labels, Words};
use crate::{Language, PrintError, Printable, qr, text};

const TEMPLATES: [(&str, &str); 6] = [
    ("shared.typ", include_str!("../templates/shared.typ")),
    ("slip.typ", include_str!("../templates/slip.typ")),
    ("blank_slips.typ", include_str!("../templates/blank_slips.typ")),
    ("day_list.typ", include_str!("../templates/day_list.typ")),
    ("receipt.typ", include_str!("../templates/receipt.typ")),
    ("prescription.typ", include_str!("../templates/prescription.typ")),
];

/// All fonts travel inside the program, because a clinic's PC cannot be relied on to have them.
const FONTS: [&[u8]; 10] = [
    include_bytes!("../fonts/Inter-Light.ttf"),
    include_bytes!("../fonts/Inter-Regular.ttf"),
    include_bytes!("../fonts/Inter-SemiBold.ttf"),
    include_bytes!("../fonts/Inter-Bold.ttf"),
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-SemiBold.ttf"),
    include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../fonts/NotoSansDevanagari-SemiBold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
];

fn engine() -> &'static TypstEngine {
    static ENGINE: OnceLock<TypstEngine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        TypstEngine::builder()
            .fonts(FONTS)
            .with_static_source_file_resolver(TEMPLATES)
            // Zero: no patient's page stays in memory once it is laid out.
            .comemo_evict_max_age(Some(0))
            .build()
    })
}

pub(crate) fn warm_up() {
    engine();
}

pub(crate) fn lay_out(doc: &Printable) -> Result<PagedDocument, PrintError> {
    match doc {
        Printable::Slip(slip) => compile("slip.typ", slip, slip.language, |words| &words.slip, None),
        Printable::BlankSlips(slips) => compile("blank_slips.typ", slips, slips.language, |words| &words.blank, None),
        Printable::DayList(sheet) => compile("day_list.typ", sheet, sheet.language, |words| &words.day_list, None),
        Printable::Receipt(receipt) => compile("receipt.typ", receipt, receipt.language, |words| &words.receipt, None),
        Printable::Prescription(sheet) => {
            let qr = sheet.verification.as_ref().map(|v| qr::svg(&v.payload)).transpose()?;
            compile("prescription.typ", sheet, sheet.language, |words| &words.prescription, qr)
        }
    }
}

/// Compiles a template with the document as JSON bytes, so that no character of it can act as markup.
fn compile(
    template: &str,
    doc: &impl Serialize,
    language: Language,
    labels: impl Fn(&Words) -> &Labels,
    qr: Option<qr::QrSvg>,
) -> Result<PagedDocument, PrintError> {
    let failed = |e: serde_json::Error| PrintError::Prepare(e.to_string());
    let mut data = serde_json::to_value(doc).map_err(failed)?;
    data["labels"] = serde_json::to_value(labels(language.words())).map_err(failed)?;
    let rtl = language.is_rtl();
    text::prepare(&mut data, rtl);
    let mut inputs = Dict::new();
    inputs.insert("doc".into(), data.to_string().into_value());
    inputs.insert("lang".into(), language.code().into_value());
    inputs.insert("rtl".into(), rtl.into_value());
    if let Some(qr) = qr {
        inputs.insert("qr".into(), qr.svg.into_value());
        inputs.insert("qr-modules".into(), qr.modules.into_value());
    }
    engine().compile_with_input(template, inputs).output.map_err(|e| PrintError::Layout(explain(&e)))
}

/// Keeps the message and drops the source spans, which mean nothing outside this crate.
fn explain(error: &TypstAsLibError) -> String {
    match error {
        TypstAsLibError::TypstSource(list) => list.iter().map(|d| d.message.to_string()).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

pub(crate) fn pdf(pages: &PagedDocument) -> Result<Vec<u8>, PrintError> {
    typst_pdf::pdf(pages, &PdfOptions::default()).map_err(|list| {
        let text: Vec<_> = list.iter().map(|d| d.message.to_string()).collect();
        PrintError::Export(text.join("; "))
    })
}

/// The characters, in the order of the page, for which no font has a shape.
pub(crate) fn without_shape(pages: &PagedDocument) -> String {
    let mut found = String::new();
    pages.pages().iter().for_each(|page| look(&page.frame, &mut found));
    found
}

fn look(frame: &Frame, found: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => look(&group.frame, found),
            FrameItem::Text(text) => {
                let missing = text.glyphs.iter().filter(|glyph| glyph.id == 0);
                missing.for_each(|glyph| found.push_str(&text.text[glyph.range()]));
            }
            _ => {}
        }
    }
}

pub(crate) fn svg_pages(pages: &PagedDocument) -> Vec<String> {
    let options = SvgOptions::default();
    pages.pages().iter().map(|page| typst_svg::svg(page, &options)).collect()
}
