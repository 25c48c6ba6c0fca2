//! AdamW: running means of the gradients and of their squares, and decoupled weight decay.

use crate::params::Parameters;
use crate::recipe::Training;

/// State of the optimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    /// Running means of the gradients.
    pub first: Parameters,
    /// Running means of their squares.
    pub second: Parameters,
    /// Updates made so far.
    pub steps: u64,
}

impl Optimizer {
    /// The state before the first update.
    pub fn new(params: &Parameters) -> Self {
        let zeros = Parameters::zeros(params.sizes());
        Self { first: zeros.clone(), second: zeros, steps: 0 }
    }

    /// Makes one update with `rate` as the learning rate.
    pub fn update(&mut self, params: &mut Parameters, gradient: &Parameters, rate: f32, training: &Training) {
        self.steps += 1;
        let first_scale = 1.0 / (1.0 - power(training.beta1, self.steps));
        let second_scale = 1.0 / (1.0 - power(training.beta2, self.steps));
        let moments = self.first.tensors_mut().into_iter().zip(self.second.tensors_mut());
        let tensors = params.tensors_mut().into_iter().zip(gradient.tensors());
        for ((param, gradient), (first, second)) in tensors.zip(moments) {
            let decay = if param.shape.len() > 1 { rate * training.weight_decay } else { 0.0 };
            for (index, value) in param.values.iter_mut().enumerate() {
                let slope = gradient.values[index];
                let mean = &mut first.values[index];
                *mean = training.beta1 * *mean + (1.0 - training.beta1) * slope;
                let square = &mut second.values[index];
                *square = training.beta2 * *square + (1.0 - training.beta2) * slope * slope;
                let width = (*square * second_scale).sqrt() + training.epsilon;
                *value -= decay * *value;
                *value -= rate * (*mean * first_scale) / width;
            }
        }
    }
}

/// `base` to the power `exponent`, by multiplications in a fixed order: the result of `powi` may
/// differ between platforms.
fn power(base: f32, exponent: u64) -> f32 {
    let mut product = 1.0;
    for _ in 0..exponent {
        product *= base;
        if product == 0.0 {
            break;
        }
    }
    product
}

/// Scales a gradient down to the length `longest`; gives the length it had.
pub fn clip(gradient: &mut Parameters, longest: f32) -> f32 {
    let mut sum = 0.0;
    for tensor in gradient.tensors() {
        for &value in &tensor.values {
            sum += f64::from(value) * f64::from(value);
        }
    }
    let length = sum.sqrt() as f32;
    if length > longest {
        let factor = longest / length;
        for tensor in gradient.tensors_mut() {
            tensor.values.iter_mut().for_each(|value| *value *= factor);
        }
    }
    length
}

/// The learning rate of the update that follows `done` others.
pub fn learning_rate(training: &Training, done: u64) -> f32 {
    let warm = training.warmup_steps.max(1);
    if done < training.warmup_steps {
        return training.learning_rate * ((done + 1) as f32 / warm as f32);
    }
    let left = training.steps.saturating_sub(done) as f32;
    let span = training.steps.saturating_sub(training.warmup_steps).max(1) as f32;
    training.learning_rate * (left / span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Sizes;

    #[test]
    fn a_long_gradient_is_scaled_and_a_short_one_left() {
        let mut gradient = Parameters::zeros(Sizes { embedding_size: 2, hidden_size: 2 });
        gradient.head_bias.values[0] = 3.0;
        gradient.head_bias.values[1] = 4.0;
        assert_eq!(clip(&mut gradient, 1.0), 5.0);
        assert!((clip(&mut gradient, 2.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn powers_are_products() {
        assert_eq!(power(0.5, 3), 0.125);
        assert_eq!(power(0.5, 0), 1.0);
    }
}
