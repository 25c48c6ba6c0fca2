//! Work over many things on several threads, with results in order, and what it tells of its progress.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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
}
