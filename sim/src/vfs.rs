//! A file system for SQLite that stands between it and the real one, so that a disk can fill up, stop
//! and forget (see [`crate::disk`]). The only unsafe code of the project: SQLite is told of it by a
//! table of C functions.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::rc::Rc;
use std::sync::Once;

use rusqlite::ffi;

use crate::disk::{self, Fault, Tracked, Unsynced};

/// What SQLite allocates for an open file: this, and behind it the file of the real system.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// From `Rc::into_raw`; null for a file without a name.
    tracked: *const Tracked,
}

static INSTALL: Once = Once::new();
static mut REAL: *mut ffi::sqlite3_vfs = std::ptr::null_mut();

/// Puts every database that this program opens from now on behind the simulated disk.
pub fn install() {
    INSTALL.call_once(|| {
        // SAFETY: runs once, before any database is open; the registered table lives for ever.
        unsafe {
            assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK, "SQLite starts");
            REAL = ffi::sqlite3_vfs_find(std::ptr::null());
            let mut shim = *REAL;
            shim.szOsFile = (size_of::<File>() as c_int) + (*REAL).szOsFile;
            shim.pNext = std::ptr::null_mut();
            shim.zName = c"simulated".as_ptr();
            shim.xOpen = Some(open);
            shim.xDelete = Some(delete);
            let shim = Box::leak(Box::new(shim));
            assert_eq!(ffi::sqlite3_vfs_register(shim, 1), ffi::SQLITE_OK, "the file system is taken");
        }
    });
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The real system's file behind ours, and its functions.
///
/// # Safety
/// `file` is one that [`open`] has opened.
unsafe fn real(file: *mut ffi::sqlite3_file) -> (*mut ffi::sqlite3_file, &'static ffi::sqlite3_io_methods) {
    // SAFETY: SQLite has allocated `szOsFile` bytes, which is ours and the real one's.
    unsafe {
        let inner = file.cast::<u8>().add(size_of::<File>()).cast::<ffi::sqlite3_file>();
        (inner, &*(*inner).pMethods)
    }
}

/// # Safety
/// As [`real`].
unsafe fn tracked<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Tracked> {
    // SAFETY: set by `open`, released by `close`.
    unsafe { (*file.cast::<File>()).tracked.as_ref() }
}

fn code(fault: Fault, otherwise: c_int) -> c_int {
    match fault {
        Fault::FullAfter(_) => ffi::SQLITE_FULL,
        Fault::None | Fault::DeadAfter(_) => otherwise,
    }
}

/// Calls a function of the real file system's table.
macro_rules! forward {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let (inner, methods) = unsafe { real($file) };
        match methods.$method {
            Some(function) => unsafe { function(inner $(, $argument)*) },
            None => Default::default(),
        }
    }};
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's own arguments, handed on to the file system that it would have asked.
    unsafe {
        let ours = file.cast::<File>();
        (*ours).base.pMethods = std::ptr::null();
        (*ours).tracked = std::ptr::null();
        let inner = file.cast::<u8>().add(size_of::<File>()).cast::<ffi::sqlite3_file>();
        let Some(open) = (*REAL).xOpen else { return ffi::SQLITE_CANTOPEN };
        let opened = open(REAL, name, inner, flags, out_flags);
        if opened != ffi::SQLITE_OK {
            return opened;
        }
        if !name.is_null() {
            let path = CStr::from_ptr(name).to_string_lossy().into_owned();
            (*ours).tracked = Rc::into_raw(disk::tracked(Path::new(&path)));
        }
        (*ours).base.pMethods = &raw const METHODS;
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: as in `open`.
    unsafe {
        let path = CStr::from_ptr(name).to_string_lossy().into_owned();
        if disk::tracked(Path::new(&path)).machine.settle().is_err() {
            return ffi::SQLITE_IOERR_DELETE;
        }
        disk::forget(Path::new(&path));
        (*REAL).xDelete.map_or(ffi::SQLITE_IOERR, |delete| delete(REAL, name, sync_dir))
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let closed = forward!(file, xClose);
    // SAFETY: the reference that `open` has taken; SQLite does not use a closed file.
    unsafe {
        let ours = file.cast::<File>();
        if !(*ours).tracked.is_null() {
            drop(Rc::from_raw((*ours).tracked));
            (*ours).tracked = std::ptr::null();
        }
    }
    closed
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, amount: c_int, at: i64) -> c_int {
    forward!(file, xRead, into, amount, at)
}

/// The bytes from `at` on, as many as there are.
unsafe fn bytes_at(file: *mut ffi::sqlite3_file, at: u64, most: u64, size: u64) -> Vec<u8> {
    let mut bytes = vec![0; size.saturating_sub(at).min(most) as usize];
    if !bytes.is_empty() {
        forward!(file, xRead, bytes.as_mut_ptr().cast(), bytes.len() as c_int, at as i64);
    }
    bytes
}

unsafe fn size_of_file(file: *mut ffi::sqlite3_file) -> u64 {
    let mut size = 0;
    forward!(file, xFileSize, &raw mut size);
    size.max(0).unsigned_abs()
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: SQLite gives `amount` bytes.
    unsafe {
        if let Some(tracked) = tracked(file) {
            let (offset, length) = (at.unsigned_abs(), amount.unsigned_abs() as usize);
            let old_len = size_of_file(file);
            if let Err(fault) = tracked.machine.write(offset + length as u64 > old_len) {
                return code(fault, ffi::SQLITE_IOERR_WRITE);
            }
            let old = bytes_at(file, offset, length as u64, old_len);
            let new = std::slice::from_raw_parts(from.cast::<u8>(), length).to_vec();
            tracked.unsynced.borrow_mut().push(Unsynced::Write { at: offset, old, new, old_len });
        }
    }
    forward!(file, xWrite, from, amount, at)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: as in `write`.
    unsafe {
        if let Some(tracked) = tracked(file) {
            if let Err(fault) = tracked.machine.settle() {
                return code(fault, ffi::SQLITE_IOERR_TRUNCATE);
            }
            let (to, old_len) = (size.unsigned_abs(), size_of_file(file));
            let tail = bytes_at(file, to, u64::MAX, old_len);
            tracked.unsynced.borrow_mut().push(Unsynced::Truncate { to, tail });
        }
    }
    forward!(file, xTruncate, size)
}

/// The real file is not synced: the machine under the simulation is not switched off.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: the file is open.
    let Some(tracked) = (unsafe { tracked(file) }) else { return ffi::SQLITE_OK };
    if tracked.machine.settle().is_err() {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    tracked.unsynced.borrow_mut().clear();
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    forward!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    forward!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    forward!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, result: *mut c_int) -> c_int {
    forward!(file, xCheckReservedLock, result)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    forward!(file, xFileControl, what, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    forward!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    forward!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    forward!(file, xShmMap, region, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    forward!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    forward!(file, xShmBarrier)
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    forward!(file, xShmUnmap, delete)
}
