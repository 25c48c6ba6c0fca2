//! Licence identification and terms, usable alone.
