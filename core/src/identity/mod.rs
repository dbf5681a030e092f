//! Who may do what: users, roles, sign-in without a line.

mod account;
mod change_password;
mod edit_profile;
mod edit_team;
mod grant_role;
mod mfa;
mod password;
mod permissions;
mod redeem;
mod session;
mod sign_in;
mod staff;
mod suspend;
mod team;
mod throttle;
mod token;
mod user_limit;
mod working_hours;

pub use account::{UserAccount, UserStatus, find_by_email, user};
pub use change_password::change_password;
pub use edit_profile::{ContactForm, ProfileForm, change_contact, edit_profile};
pub use edit_team::{
    TeamMemberForm, add_team_member, deactivate_team_member, edit_team_member, reactivate_team_member,
};
pub use grant_role::{Grant, grant_role, list_grants, revoke_role};
pub use mfa::{MfaSetup, begin_mfa, confirm_mfa, disable_mfa_of, disable_own_mfa, mfa_code};
pub use password::{check_password, hash_password, verify_password};
pub use permissions::{Permission, Role, allows};
pub use redeem::{reset_password, verify_contact};
pub use session::{
    OpenSession, SessionSummary, end_all_of, end_session, end_session_of, list_sessions, open_session, refresh_session,
    touch_session,
};
pub use sign_in::{SignedIn, sign_in, sign_in_with};
pub use staff::{NewStaff, StaffMember, add_staff, insert_user, list_staff};
pub use suspend::{reactivate_user, suspend_user};
pub use team::{TeamFilter, TeamMember, list_team, team_member};
pub use token::{IssuedToken, TokenPurpose, issue_token};
pub use user_limit::check_user_limit;
