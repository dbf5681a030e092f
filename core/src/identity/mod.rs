//! Who may do what: users, roles, sign-in without a line.

mod password;
mod permissions;
mod sign_in;
mod staff;

pub use password::{check_password, hash_password, verify_password};
pub use permissions::{Permission, Role, allows};
pub use sign_in::{SignedIn, sign_in};
pub use staff::{NewStaff, StaffMember, add_staff, insert_user, list_staff};
