//! What the clinic offers, what it costs, and who performs it.

mod assign;
mod edit;
mod service;

pub use assign::{
    ServiceProvider, assign_provider, assigned, performs, providers_for, set_providers, unassign_provider,
};
pub use edit::{ServiceForm, add_service, deactivate_service, edit_service, reactivate_service};
pub use service::{Service, ServiceFilter, ServiceOrder, list_services, service};
