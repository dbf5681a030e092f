use neem_core::identity::Permission;
use neem_core::ids::{ProviderId, ReviewId};
use neem_core::page::{Page, PageRequest};
use neem_core::reviews::{self, NewReview, Rating, Review, TopRated};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn write_review(app: State<App>, review: NewReview) -> Answer<Review> {
    app.write(Permission::WriteReview, "write_review", |tx| reviews::write(tx, &review))
}

#[tauri::command(async)]
#[specta::specta]
pub fn moderate_review(app: State<App>, review_id: ReviewId, visible: bool) -> Answer<Review> {
    app.write(Permission::ModerateReviews, "moderate_review", |tx| reviews::moderate(tx, review_id, visible))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_reviews(app: State<App>, provider_id: ProviderId, page: PageRequest) -> Answer<Page<Review>> {
    app.read(Permission::ViewQueue, |conn| reviews::of_provider(conn, provider_id, false, page))
}

/// As `list_reviews`, the hidden ones among them.
#[tauri::command(async)]
#[specta::specta]
pub fn list_all_reviews(app: State<App>, provider_id: ProviderId, page: PageRequest) -> Answer<Page<Review>> {
    app.read(Permission::ModerateReviews, |conn| reviews::of_provider(conn, provider_id, true, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_waiting_reviews(app: State<App>, page: PageRequest) -> Answer<Page<Review>> {
    app.read(Permission::ModerateReviews, |conn| reviews::waiting(conn, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn get_rating(app: State<App>, provider_id: ProviderId) -> Answer<Rating> {
    app.read(Permission::ViewQueue, |conn| reviews::rating(conn, provider_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_top_rated(app: State<App>, limit: u32) -> Answer<Vec<TopRated>> {
    app.read(Permission::ViewQueue, |conn| reviews::top_rated(conn, limit))
}
