//! THE LIST of probes: one line each.

use crate::probe::Probe;

macro_rules! probes {
    ($($module:ident,)*) => {
        $(mod $module;)*
        /// All probes.
        pub const PROBES: &[&Probe] = &[$(&$module::PROBE,)*];
    };
}

probes! {
    architecture_told,
    attested,
    built_on_other,
    code_is_own,
    code_license_approved,
    component_published,
    component_terms,
    component_told,
    compute_above,
    data_complete,
    data_particular,
    data_shared,
    downloadable,
    generates,
    licence_told,
    limits_judged,
    modification_above,
    not_gated,
    parameters_told,
    processing_described,
    size_told,
    sources_identified,
    summary_found,
    terms_clear,
    terms_grant,
    territory_excluded,
    training_code_published,
    usage_told,
    weights_published,
    weights_runnable,
    weights_withheld,
}

/// The probe with an id.
pub(crate) fn find(id: &str) -> Option<&'static Probe> {
    PROBES.iter().copied().find(|probe| probe.id == id)
}

/// All ids.
pub(crate) fn ids() -> Vec<&'static str> {
    PROBES.iter().map(|probe| probe.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folder is the list: a probe's file bears its id, and no file is left out.
    #[test]
    fn folder_is_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/probes");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().trim_end_matches(".rs").replace('_', "-"))
            .collect();
        files.sort();
        let mut listed: Vec<String> = ids().iter().map(|id| (*id).to_owned()).collect();
        listed.sort();
        assert_eq!(files, listed);
    }
}
