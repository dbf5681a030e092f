//! What patients say of a visit. Nothing is shown before somebody has looked at it; averages are worked
//! out when they are asked for and stored nowhere (domain.md, ruling 7).

mod moderate;
mod rating;
mod read;
mod write;

pub use moderate::moderate;
pub use rating::{Rating, TopRated, rating, top_rated};
pub use read::{Review, of_provider, review, waiting};
pub use write::{NewReview, write};
