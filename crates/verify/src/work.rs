//! Work over many things on several threads, with results in order, and what it tells of its progress.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// How far a command is. Whoever shows it looks whenever it likes.
#[derive(Default)]
pub struct Counter {
    expected: AtomicU64,
    done: AtomicU64,
}

impl Counter {
    /// Bytes read so far, and bytes to read in all.
    pub fn state(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.expected.load(Ordering::Relaxed))
    }
}

/// The side of a counter that counts. Nothing is counted where nobody looks.
#[derive(Clone, Copy)]
pub struct Progress<'a>(Option<&'a Counter>);

impl<'a> Progress<'a> {
    /// Count here.
    pub fn on(counter: &'a Counter) -> Self {
        Self(Some(counter))
    }

    /// Count nowhere.
    pub fn none() -> Self {
        Self(None)
    }

    /// So many bytes more will be read.
    pub(crate) fn expect(&self, bytes: u64) {
        if let Some(counter) = self.0 {
            counter.expected.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// So many bytes were read.
    pub(crate) fn add(&self, bytes: u64) {
        if let Some(counter) = self.0 {
            counter.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

/// The results of a function for each item, in the order of the items, made on up to `threads` threads.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_in(items, threads, || (), |(), item| work(item))
}

/// The same, each thread in a room of its own.
pub(crate) fn map_in<T: Sync, S, R: Send>(
    items: &[T],
    threads: usize,
    room: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let threads = threads.clamp(1, items.len().max(1));
    if threads == 1 {
        let mut room = room();
        return items.iter().map(|item| work(&mut room, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let worker = || {
        let (mut mine, mut room) = (Vec::new(), room());
        while let Some((at, item)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            items.get(at).map(|item| (at, item))
        } {
            mine.push((at, work(&mut room, item)));
        }
        results.lock().unwrap_or_else(PoisonError::into_inner).append(&mut mine);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Results on their way to who takes them.
struct Passing<R, F> {
    next: usize,
    waiting: BTreeMap<usize, R>,
    take: F,
    /// A thread panicked: nothing more will come of what it had.
    failed: bool,
}

/// Do work for each item, each thread in a room of its own, and give the results to `take` in the order of the items, one
/// at a time. At most `held` of them wait for one that is late.
pub(crate) fn in_order<T: Sync, S, R: Send>(
    items: &[T],
    (threads, held): (usize, usize),
    room: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
    mut take: impl FnMut(&T, R) + Send,
) {
    let threads = threads.clamp(1, items.len().max(1));
    if threads == 1 {
        let mut room = room();
        return items.iter().for_each(|item| take(item, work(&mut room, item)));
    }
    let begun = AtomicUsize::new(0);
    let (passing, moved) =
        (Mutex::new(Passing { next: 0, waiting: BTreeMap::new(), take, failed: false }), Condvar::new());
    let lock = || passing.lock().unwrap_or_else(PoisonError::into_inner);
    let worker = || {
        let guard = Guard(|| {
            lock().failed = true;
            moved.notify_all();
        });
        let mut room = room();
        loop {
            let at = begun.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let is_early = |passing: &mut Passing<R, _>| at >= passing.next.saturating_add(held) && !passing.failed;
            drop(moved.wait_while(lock(), is_early).unwrap_or_else(PoisonError::into_inner));
            let result = work(&mut room, item);
            let mut passing = lock();
            passing.waiting.insert(at, result);
            while let Passing { next, waiting, take, .. } = &mut *passing
                && let (Some(result), Some(item)) = (waiting.remove(next), items.get(*next))
            {
                take(item, result);
                *next += 1;
            }
            moved.notify_all();
        }
        std::mem::forget(guard);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
}

/// Does something when it is dropped, which is in a panic.
struct Guard<F: Fn()>(F);

impl<F: Fn()> Drop for Guard<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(map(&items, threads, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
        assert!(map(&[] as &[u32], 4, |item| *item).is_empty());
    }

    #[test]
    fn results_are_taken_in_order_and_few_wait() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 2, 7] {
            let (begun, mut taken) = (AtomicUsize::new(0), Vec::new());
            let work = |(): &mut (), item: &usize| {
                begun.fetch_max(*item, Ordering::SeqCst);
                *item * 2
            };
            in_order(
                &items,
                (threads, 5),
                || (),
                work,
                |item, result| {
                    assert!(begun.load(Ordering::SeqCst) <= item + 5, "an item was begun too early");
                    taken.push(result);
                },
            );
            assert_eq!(taken, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_of_one_thread_ends_all() {
        let items: Vec<usize> = (0..1000).collect();
        let work = |(): &mut (), item: &usize| assert_ne!(*item, 100, "as wanted");
        let ended = std::panic::catch_unwind(|| in_order(&items, (3, 4), || (), work, |_, ()| ()));
        assert!(ended.is_err());
    }
}
