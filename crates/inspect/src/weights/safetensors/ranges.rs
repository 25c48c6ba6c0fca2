//! The ranges of the data that entries tell of: in order, they must cover it exactly.

use crate::tensors::{Table, Tensor};
use std::ops::Range;

/// The ranges so far.
pub(super) struct Ranges {
    /// Ranges of the data, each with the byte of the file where it is told.
    list: Vec<(Range<u64>, u64)>,
    /// The end of the last range while each, in the form of [`super::Plain`], began where the one before ended and its
    /// tensor was kept. Then the tensors tell all, and there is no list: tables are long.
    tiled: Option<u64>,
    /// Whether some entry has no usable range: then a hole proves nothing.
    pub(super) unplaced: bool,
}

impl Default for Ranges {
    fn default() -> Self {
        Self { list: Vec::new(), tiled: Some(0), unplaced: false }
    }
}

impl Ranges {
    /// Add a range, after [`Self::spread`].
    pub(super) fn add(&mut self, range: Range<u64>, at: u64) {
        self.list.push((range, at));
    }

    /// Add the range of a tensor that was kept, if it follows those before with nothing between. Answers whether it did.
    pub(super) fn follows(&mut self, range: &Range<u64>) -> bool {
        let follows = self.tiled == Some(range.start);
        if follows {
            self.tiled = Some(range.end);
        }
        follows
    }

    /// Make a list of what the tensors so far tell, if there is none: from here on something differs. The data begins at
    /// `base`.
    pub(super) fn spread(&mut self, tensors: &[Tensor], base: u64) {
        if self.tiled.take().is_none() {
            return;
        }
        let digits = |number: u64| u64::from(number.checked_ilog10().unwrap_or(0)) + 1;
        self.list.extend(tensors.iter().filter_map(|tensor| {
            let bytes = tensor.data.bytes.as_ref()?;
            let (begin, end) = (bytes.start - base, bytes.end - base);
            // Where `[begin,end]}` begins, with which the entry ends.
            Some((begin..end, tensor.entry.end - digits(begin) - digits(end) - 4))
        }));
    }

    /// Tell where so many bytes of data are not covered, or covered twice.
    pub(super) fn check(mut self, table: &mut Table, base: u64, data: u64) {
        if self.tiled.is_some_and(|end| end > data) {
            self.spread(&table.tensors, base);
        }
        self.list.sort_by_key(|(range, at)| (range.start, range.end, *at));
        let mut covered = self.tiled.unwrap_or(0);
        for (range, at) in &self.list {
            if range.start < covered && range.start < range.end {
                let (start, end) = (range.start, covered.min(range.end));
                table.fault(*at, format!("bytes {start}..{end} of the data belong to another tensor too"));
            } else if range.start > covered && !self.unplaced {
                table.fault(*at, format!("bytes {covered}..{} of the data belong to no tensor", range.start));
            }
            if range.end > data {
                table.truncated = true;
                table.fault(*at, format!("the data should reach byte {} and has {data}", range.end));
            }
            covered = covered.max(range.end);
        }
        if covered < data && !self.unplaced {
            table.fault(base + covered, format!("{} bytes after the last tensor", data - covered));
        }
    }
}
