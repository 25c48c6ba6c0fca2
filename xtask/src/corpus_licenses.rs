//! Scores licence identification over the cases of the corpus.
pub(crate) fn run(_args: &[String]) -> anyhow::Result<()> {
    anyhow::bail!("not written yet")
}
