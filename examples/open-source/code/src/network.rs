//! The network: embedding, one gated recurrent unit, scores; forwards and backwards.
//!
//! All arithmetic is plain `f32` in a fixed order. Sums run over one index at a time, so that a
//! compiler may put independent elements side by side but never reorders an addition.

use crate::params::{Parameters, Tensor};
use crate::rng::Rng;
use crate::vocab;

/// A network ready to run: the parameters, and their matrices transposed for the way forwards.
pub struct Network<'a> {
    params: &'a Parameters,
    input: Vec<f32>,
    recurrent: Vec<f32>,
    head: Vec<f32>,
    hidden: usize,
}

/// What one step forwards leaves for the step backwards.
struct Trace {
    token: usize,
    target: usize,
    embedded: Vec<f32>,
    embedded_mask: Vec<f32>,
    before: Vec<f32>,
    reset: Vec<f32>,
    update: Vec<f32>,
    fresh: Vec<f32>,
    recurrent_fresh: Vec<f32>,
    output: Vec<f32>,
    output_mask: Vec<f32>,
    probabilities: Vec<f32>,
}

/// `bias + x · weights`, where `weights` has one row per element of `x`.
fn affine(bias: &[f32], x: &[f32], weights: &[f32]) -> Vec<f32> {
    let mut out = bias.to_vec();
    for (row, &factor) in weights.chunks_exact(out.len()).zip(x) {
        add_scaled(&mut out, factor, row);
    }
    out
}

fn add_scaled(out: &mut [f32], factor: f32, row: &[f32]) {
    for (sum, &value) in out.iter_mut().zip(row) {
        *sum += factor * value;
    }
}

/// Adds the gradients of `bias + weights · x` and gives that of `x`.
fn affine_back(
    weights: &Tensor,
    x: &[f32],
    above: &[f32],
    weights_gradient: &mut Tensor,
    bias_gradient: &mut Tensor,
) -> Vec<f32> {
    let mut below = vec![0.0; x.len()];
    add_scaled(&mut bias_gradient.values, 1.0, above);
    for (index, &slope) in above.iter().enumerate() {
        add_scaled(weights_gradient.row_mut(index), slope, x);
        add_scaled(&mut below, slope, weights.row(index));
    }
    below
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

/// Scores turned into probabilities, in place.
pub fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = libm::expf(*score - highest);
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// Factors that drop a share of `length` numbers and make up for it in the others.
fn mask(length: usize, dropout: f32, rng: Option<&mut Rng>) -> Vec<f32> {
    match rng {
        Some(rng) if dropout > 0.0 => {
            let kept = 1.0 / (1.0 - dropout);
            (0..length).map(|_| if rng.unit() < dropout { 0.0 } else { kept }).collect()
        }
        _ => vec![1.0; length],
    }
}

fn multiply(left: &[f32], right: &[f32]) -> Vec<f32> {
    left.iter().zip(right).map(|(a, b)| a * b).collect()
}

/// Gates of one step, and the state after it.
struct Gates {
    reset: Vec<f32>,
    update: Vec<f32>,
    fresh: Vec<f32>,
    recurrent_fresh: Vec<f32>,
    after: Vec<f32>,
}

impl<'a> Network<'a> {
    /// Prepares a network.
    pub fn new(params: &'a Parameters) -> Self {
        Self {
            params,
            input: params.input.transposed(),
            recurrent: params.recurrent.transposed(),
            head: params.head.transposed(),
            hidden: params.sizes().hidden_size,
        }
    }

    /// The state before a line.
    pub fn start(&self) -> Vec<f32> {
        vec![0.0; self.hidden]
    }

    fn gates(&self, embedded: &[f32], before: &[f32]) -> Gates {
        let hidden = self.hidden;
        let input = affine(&self.params.input_bias.values, embedded, &self.input);
        let past = affine(&self.params.recurrent_bias.values, before, &self.recurrent);
        let gate = |index: usize| sigmoid(input[index] + past[index]);
        let reset: Vec<f32> = (0..hidden).map(gate).collect();
        let update: Vec<f32> = (hidden..2 * hidden).map(gate).collect();
        let recurrent_fresh = past[2 * hidden..].to_vec();
        let fresh: Vec<f32> = (0..hidden)
            .map(|unit| libm::tanhf(input[2 * hidden + unit] + reset[unit] * recurrent_fresh[unit]))
            .collect();
        let after = (0..hidden).map(|unit| (1.0 - update[unit]) * fresh[unit] + update[unit] * before[unit]).collect();
        Gates { reset, update, fresh, recurrent_fresh, after }
    }

    /// Reads one token: changes the state, and gives the scores of the token that follows.
    pub fn read(&self, token: usize, state: &mut Vec<f32>) -> Vec<f32> {
        *state = self.gates(self.params.embedding.row(token), state).after;
        affine(&self.params.head_bias.values, state, &self.head)
    }

    /// The sum over a line of the negative logarithms of the probabilities of its characters
    /// and of its end.
    pub fn surprise(&self, line: &[usize]) -> f64 {
        let mut state = self.start();
        let mut sum = 0.0;
        for (token, target) in steps(line) {
            let mut scores = self.read(token, &mut state);
            softmax(&mut scores);
            sum -= libm::log(f64::from(scores[target]));
        }
        sum
    }

    /// Adds to `gradient` that of the surprise of a line times `scale`; gives the surprise.
    /// With `rng`, activations are dropped.
    pub fn learn(
        &self,
        line: &[usize],
        scale: f32,
        dropout: f32,
        mut rng: Option<&mut Rng>,
        gradient: &mut Parameters,
    ) -> f64 {
        let mut state = self.start();
        let mut traces = Vec::with_capacity(line.len() + 1);
        let mut sum = 0.0;
        for (token, target) in steps(line) {
            let trace = self.forwards(token, target, &mut state, dropout, rng.as_deref_mut());
            sum -= libm::log(f64::from(trace.probabilities[target]));
            traces.push(trace);
        }
        let mut carried = self.start();
        for trace in traces.iter().rev() {
            carried = self.backwards(trace, &carried, scale, gradient);
        }
        sum
    }

    fn forwards(
        &self,
        token: usize,
        target: usize,
        state: &mut Vec<f32>,
        dropout: f32,
        mut rng: Option<&mut Rng>,
    ) -> Trace {
        let row = self.params.embedding.row(token);
        let embedded_mask = mask(row.len(), dropout, rng.as_deref_mut());
        let embedded = multiply(row, &embedded_mask);
        let gates = self.gates(&embedded, state);
        let output_mask = mask(self.hidden, dropout, rng);
        let output = multiply(&gates.after, &output_mask);
        let mut probabilities = affine(&self.params.head_bias.values, &output, &self.head);
        softmax(&mut probabilities);
        let before = std::mem::replace(state, gates.after);
        Trace {
            token,
            target,
            embedded,
            embedded_mask,
            before,
            reset: gates.reset,
            update: gates.update,
            fresh: gates.fresh,
            recurrent_fresh: gates.recurrent_fresh,
            output,
            output_mask,
            probabilities,
        }
    }

    /// One step backwards: takes the gradient of the state after it, gives that of the one before.
    fn backwards(&self, trace: &Trace, carried: &[f32], scale: f32, gradient: &mut Parameters) -> Vec<f32> {
        let hidden = self.hidden;
        let mut scores: Vec<f32> = trace.probabilities.iter().map(|p| p * scale).collect();
        scores[trace.target] -= scale;
        let output =
            affine_back(&self.params.head, &trace.output, &scores, &mut gradient.head, &mut gradient.head_bias);
        let mut from_input = vec![0.0; 3 * hidden];
        let mut from_past = vec![0.0; 3 * hidden];
        let mut before = vec![0.0; hidden];
        for unit in 0..hidden {
            let state = carried[unit] + output[unit] * trace.output_mask[unit];
            let (reset, update, fresh) = (trace.reset[unit], trace.update[unit], trace.fresh[unit]);
            let fresh_slope = state * (1.0 - update) * (1.0 - fresh * fresh);
            let update_slope = state * (trace.before[unit] - fresh) * update * (1.0 - update);
            let reset_slope = fresh_slope * trace.recurrent_fresh[unit] * reset * (1.0 - reset);
            before[unit] = state * update;
            from_input[unit] = reset_slope;
            from_past[unit] = reset_slope;
            from_input[hidden + unit] = update_slope;
            from_past[hidden + unit] = update_slope;
            from_input[2 * hidden + unit] = fresh_slope;
            from_past[2 * hidden + unit] = fresh_slope * reset;
        }
        let embedded = affine_back(
            &self.params.input, &trace.embedded, &from_input, &mut gradient.input, &mut gradient.input_bias,
        );
        let past = affine_back(
            &self.params.recurrent, &trace.before, &from_past, &mut gradient.recurrent, &mut gradient.recurrent_bias,
        );
        let embedded = multiply(&embedded, &trace.embedded_mask);
        add_scaled(gradient.embedding.row_mut(trace.token), 1.0, &embedded);
        add_scaled(&mut before, 1.0, &past);
        before
    }
}

/// Pairs of what is read and what is to be predicted: the end mark opens and closes a line.
fn steps(line: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let read = std::iter::once(vocab::END).chain(line.iter().copied());
    let predicted = line.iter().copied().chain(std::iter::once(vocab::END));
    read.zip(predicted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Sizes;

    const SIZES: Sizes = Sizes { embedding_size: 4, hidden_size: 5 };

    fn line() -> Vec<usize> {
        vocab::encode("MIT License (MIT)").unwrap()
    }

    #[test]
    fn the_surprise_is_the_same_on_both_ways() {
        let params = Parameters::initial(SIZES, 3);
        let network = Network::new(&params);
        let mut gradient = Parameters::zeros(SIZES);
        let learned = network.learn(&line(), 1.0, 0.5, None, &mut gradient);
        assert_eq!(learned.to_bits(), network.surprise(&line()).to_bits());
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let params = Parameters::initial(SIZES, 3);
        let mut gradient = Parameters::zeros(SIZES);
        Network::new(&params).learn(&line(), 1.0, 0.0, None, &mut gradient);
        let mut checked = 0;
        for tensor in 0..Parameters::TENSORS {
            let length = params.tensors()[tensor].values.len();
            for index in (0..length).step_by(7) {
                let moved = |by: f32| {
                    let mut moved = params.clone();
                    moved.tensors_mut()[tensor].values[index] += by;
                    Network::new(&moved).surprise(&line())
                };
                let measured = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                let computed = f64::from(gradient.tensors()[tensor].values[index]);
                let error = (measured - computed).abs();
                assert!(error < 2e-3 + 2e-3 * computed.abs(), "{measured} {computed}");
                checked += usize::from(computed != 0.0);
            }
        }
        assert!(checked > 50, "only {checked} gradients were not zero");
    }
}
