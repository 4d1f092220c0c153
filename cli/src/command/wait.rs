//! When a roll-out is over. It has no clock of its own: the caller passes
//! the time.

use std::time::{Duration, Instant};

/// Why nothing more is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// No cluster has lagged for long enough.
    Settled,
    /// The time is over.
    TimedOut,
    /// There is no more.
    EndOfInput,
    /// Somebody wants no more.
    Interrupted,
}

/// What is waited for: that no cluster has lagged for some time, in which no other
/// came either, because a list is read one cluster after the other.
pub(crate) struct Wait {
    settle: Duration,
    /// When the time is over, if ever.
    end: Option<Instant>,
    done_since: Option<Instant>,
    arrivals: usize,
}

impl Wait {
    pub(crate) fn new(now: Instant, settle: Duration, timeout: Option<Duration>) -> Self {
        Self {
            settle,
            // A time that no clock can tell never comes.
            end: timeout.and_then(|timeout| now.checked_add(timeout)),
            done_since: None,
            arrivals: 0,
        }
    }

    /// Takes in the state behind an event: whether no cluster lags, and how many
    /// clusters have come until now.
    pub(crate) fn note(&mut self, now: Instant, is_done: bool, arrivals: usize) {
        if !is_done {
            self.done_since = None;
        } else if self.done_since.is_none() || arrivals != self.arrivals {
            self.done_since = Some(now);
        }
        self.arrivals = arrivals;
    }

    /// How long it must stay quiet until the roll-out is over; without limit if `None`.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        [self.settled_at(), self.end]
            .into_iter()
            .flatten()
            .min()
            .map(|then| then.saturating_duration_since(now))
    }

    /// What is over, where nothing happened for that long.
    pub(crate) fn ending(&self, now: Instant) -> Option<Ending> {
        if self.settled_at().is_some_and(|then| then <= now) {
            Some(Ending::Settled)
        } else if self.is_over(now) {
            Some(Ending::TimedOut)
        } else {
            None
        }
    }

    /// Whether the time is over, whatever happens.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.end.is_some_and(|end| end <= now)
    }

    fn settled_at(&self) -> Option<Instant> {
        self.done_since?.checked_add(self.settle)
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may fail")]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A wait that begins now, and what it says at the end of some events: so many
    /// seconds after the start, whether no cluster lags, how many have come.
    fn after(
        settle: u64,
        timeout: Option<u64>,
        events: &[(u64, bool, usize)],
        now: u64,
    ) -> (Option<Duration>, Option<Ending>) {
        let start = Instant::now();
        let mut wait = Wait::new(start, seconds(settle), timeout.map(seconds));
        for (second, is_done, arrivals) in events {
            wait.note(start + seconds(*second), *is_done, *arrivals);
        }
        let now = start + seconds(now);
        (wait.left(now), wait.ending(now))
    }

    #[test]
    fn nothing_is_over_while_a_cluster_lags() {
        assert_eq!(after(10, None, &[(0, false, 1)], 100), (None, None));
        assert_eq!(
            after(10, Some(60), &[(0, false, 1)], 50),
            (Some(seconds(10)), None)
        );
    }

    #[test]
    fn it_settles_when_no_cluster_has_lagged_for_long_enough() {
        let events = [(0, false, 2), (5, true, 2), (8, true, 2)];
        assert_eq!(after(10, None, &events, 14), (Some(seconds(1)), None));
        let settled = (Some(seconds(0)), Some(Ending::Settled));
        assert_eq!(after(10, None, &events, 15), settled);
        assert_eq!(after(0, None, &events, 8), settled);
    }

    #[test]
    fn it_waits_anew_when_a_cluster_lags_again_or_another_comes() {
        let lags_again = [(5, true, 2), (8, false, 2), (9, true, 2)];
        assert_eq!(after(10, None, &lags_again, 18), (Some(seconds(1)), None));
        let another = [(5, true, 2), (9, true, 3), (12, true, 3)];
        assert_eq!(after(10, None, &another, 18), (Some(seconds(1)), None));
    }

    #[test]
    fn the_time_is_over_at_the_timeout() {
        let lagging = [(5, false, 2)];
        assert_eq!(after(10, Some(60), &lagging, 59), (Some(seconds(1)), None));
        let over = (Some(seconds(0)), Some(Ending::TimedOut));
        assert_eq!(after(10, Some(60), &lagging, 60), over);
        // What has settled before has not timed out.
        let settled = (Some(seconds(0)), Some(Ending::Settled));
        assert_eq!(after(10, Some(60), &[(5, true, 2)], 60), settled);
        assert_eq!(after(10, Some(u64::MAX), &lagging, 60), (None, None));
    }
}
