//! The tensors of what a pickle builds, by name.

use super::{Machine, Node, Value};
use crate::caps;
use std::collections::BTreeSet;

/// Keys of a training state under which the parameters of the model stand.
const MODELS: &[&str] = &["state_dict", "model_state_dict", "model", "module", "model_state", "generator", "net"];

/// A tensor by its name: the number of its node.
pub(crate) struct Named {
    pub(crate) tensors: Vec<(String, u32)>,
    /// Whether the state of an optimizer stands beside the parameters.
    pub(crate) optimizer: bool,
    /// Whether there are more tensors than are told.
    pub(crate) more: bool,
}

/// The parameters of a model in what a stream built: of a training state those of the model alone.
pub(crate) fn named(machine: &Machine<'_, '_>, root: Value) -> Named {
    let mut found = Named { tensors: Vec::new(), optimizer: false, more: false };
    let mut start = root;
    let mut skip = BTreeSet::new();
    if let Some(Node::Dict(pairs, _)) = machine.node(root) {
        let of_optimizer = |key: &str| {
            let key = key.to_ascii_lowercase();
            ["optimizer", "optim", "opt_state", "lr_scheduler", "scheduler"].iter().any(|start| key.starts_with(start))
        };
        for (key, value) in pairs {
            if machine.text(*key).is_some_and(of_optimizer)
                && let Value::Node(number) = value
                && matches!(machine.node(*value), Some(Node::Dict(..) | Node::List(_)))
            {
                found.optimizer = true;
                skip.insert(*number);
            }
        }
        let model = pairs.iter().find(|(key, value)| {
            machine.text(*key).is_some_and(|key| MODELS.contains(&key)) && holds_tensors(machine, *value)
        });
        start = model.map_or(root, |(_, value)| *value);
    }
    walk(machine, start, skip, &mut found);
    found
}

/// Whether a dictionary has tensors directly.
fn holds_tensors(machine: &Machine<'_, '_>, value: Value) -> bool {
    match machine.node(value) {
        Some(Node::Dict(pairs, _)) => {
            pairs.iter().any(|(_, value)| matches!(machine.node(*value), Some(Node::Tensor { .. })))
        }
        _ => false,
    }
}

fn walk(machine: &Machine<'_, '_>, start: Value, mut seen: BTreeSet<u32>, found: &mut Named) {
    let mut open = vec![(start, String::new(), 0)];
    let mut letters = 0;
    while let Some((value, name, depth)) = open.pop() {
        let Value::Node(number) = value else { continue };
        let node = machine.nodes.get(number as usize);
        if matches!(node, Some(Node::Tensor { .. })) {
            letters += name.len();
            if found.tensors.len() >= caps::TENSORS || letters > caps::PICKLE_TEXTS {
                found.more = true;
                return;
            }
            found.tensors.push((if name.is_empty() { "tensor".to_owned() } else { name }, number));
            continue;
        }
        if depth >= 8 || !seen.insert(number) {
            continue;
        }
        let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        let is_node = |value: &Value| matches!(value, Value::Node(_));
        // What is taken last is met first: the order of the stream stays.
        match node {
            Some(Node::Dict(pairs, _)) => {
                for (key, value) in pairs.iter().rev().filter(|(_, value)| is_node(value)) {
                    let key = match key {
                        Value::Int(number) => number.to_string(),
                        key => machine.text(*key).unwrap_or("?").to_owned(),
                    };
                    open.push((*value, below(&key), depth + 1));
                }
            }
            Some(Node::List(items) | Node::Tuple(items)) => {
                for (number, item) in items.iter().enumerate().rev().filter(|(_, item)| is_node(item)) {
                    open.push((*item, below(&number.to_string()), depth + 1));
                }
            }
            _ => {}
        }
    }
}
