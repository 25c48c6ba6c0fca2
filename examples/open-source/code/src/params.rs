//! The parameters of the network, in a fixed order and under fixed names.

use crate::recipe::Sizes;
use crate::rng::{Purpose, Rng};
use crate::vocab;

/// A named array of numbers, the last dimension varying fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Name in the weights file.
    pub name: &'static str,
    /// Extent of each dimension.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Vec<f32>,
}

impl Tensor {
    fn zeros(name: &'static str, shape: &[usize]) -> Self {
        Self { name, shape: shape.to_vec(), values: vec![0.0; shape.iter().product()] }
    }

    /// Number of columns, for a matrix; its length, for a vector.
    pub fn columns(&self) -> usize {
        self.shape[self.shape.len() - 1]
    }

    /// One row of a matrix.
    pub fn row(&self, index: usize) -> &[f32] {
        let columns = self.columns();
        &self.values[index * columns..(index + 1) * columns]
    }

    /// One row of a matrix, to be changed.
    pub fn row_mut(&mut self, index: usize) -> &mut [f32] {
        let columns = self.columns();
        &mut self.values[index * columns..(index + 1) * columns]
    }

    /// The matrix with rows and columns exchanged.
    pub fn transposed(&self) -> Vec<f32> {
        let (rows, columns) = (self.shape[0], self.columns());
        let mut out = vec![0.0; self.values.len()];
        for row in 0..rows {
            for column in 0..columns {
                out[column * rows + row] = self.values[row * columns + column];
            }
        }
        out
    }
}

/// All parameters, or as many gradients or moments of them.
///
/// Names, shapes and the order of the gates (reset, update, new) are those of an
/// embedding, a one-layer gated recurrent unit and a linear layer in PyTorch.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// One row per token.
    pub embedding: Tensor,
    /// Weights from the embedding to the three gates.
    pub input: Tensor,
    /// Weights from the previous state to the three gates.
    pub recurrent: Tensor,
    /// Biases beside `input`.
    pub input_bias: Tensor,
    /// Biases beside `recurrent`.
    pub recurrent_bias: Tensor,
    /// Weights from the state to the scores of the tokens.
    pub head: Tensor,
    /// Biases of the scores.
    pub head_bias: Tensor,
}

impl Parameters {
    /// Number of tensors.
    pub const TENSORS: usize = 7;

    /// Parameters of the given sizes, all zero.
    pub fn zeros(sizes: Sizes) -> Self {
        let Sizes { embedding_size, hidden_size } = sizes;
        let gates = 3 * hidden_size;
        Self {
            embedding: Tensor::zeros("embedding.weight", &[vocab::SIZE, embedding_size]),
            input: Tensor::zeros("gru.weight_ih_l0", &[gates, embedding_size]),
            recurrent: Tensor::zeros("gru.weight_hh_l0", &[gates, hidden_size]),
            input_bias: Tensor::zeros("gru.bias_ih_l0", &[gates]),
            recurrent_bias: Tensor::zeros("gru.bias_hh_l0", &[gates]),
            head: Tensor::zeros("lm_head.weight", &[vocab::SIZE, hidden_size]),
            head_bias: Tensor::zeros("lm_head.bias", &[vocab::SIZE]),
        }
    }

    /// The values before the first step: uniform, biases zero.
    pub fn initial(sizes: Sizes, seed: u64) -> Self {
        let mut params = Self::zeros(sizes);
        let mut rng = Rng::stream(seed, Purpose::Initial, 0);
        let narrow = 1.0 / (sizes.hidden_size as f32).sqrt();
        for tensor in params.tensors_mut() {
            let reach = if tensor.name == "embedding.weight" { 0.5 } else { narrow };
            if tensor.shape.len() > 1 {
                tensor.values.fill_with(|| rng.symmetric(reach));
            }
        }
        params
    }

    /// The sizes these parameters have.
    pub fn sizes(&self) -> Sizes {
        Sizes { embedding_size: self.embedding.columns(), hidden_size: self.head.columns() }
    }

    /// All tensors, always in this order.
    pub fn tensors(&self) -> [&Tensor; Self::TENSORS] {
        [
            &self.embedding, &self.input, &self.recurrent, &self.input_bias, &self.recurrent_bias, &self.head,
            &self.head_bias,
        ]
    }

    /// All tensors in the order of [`Self::tensors`], to be changed.
    pub fn tensors_mut(&mut self) -> [&mut Tensor; Self::TENSORS] {
        [
            &mut self.embedding, &mut self.input, &mut self.recurrent, &mut self.input_bias, &mut self.recurrent_bias,
            &mut self.head, &mut self.head_bias,
        ]
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.tensors().iter().map(|tensor| tensor.values.len()).sum()
    }

    /// Sets every number to zero.
    pub fn clear(&mut self) {
        for tensor in self.tensors_mut() {
            tensor.values.fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes { embedding_size: 2, hidden_size: 3 };

    #[test]
    fn initial_values_follow_the_seed() {
        assert_eq!(Parameters::initial(SIZES, 1), Parameters::initial(SIZES, 1));
        assert_ne!(Parameters::initial(SIZES, 1), Parameters::initial(SIZES, 2));
        assert_eq!(Parameters::initial(SIZES, 1).sizes(), SIZES);
    }

    #[test]
    fn transposing_exchanges_rows_and_columns() {
        let matrix = Tensor { name: "m", shape: vec![2, 3], values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        assert_eq!(matrix.transposed(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(matrix.row(1), [4.0, 5.0, 6.0]);
    }
}
