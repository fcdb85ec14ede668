//! Inventory text to hosts with their variables.
//!
//! Comes in: the texts of inventory files and of `group_vars/` and `host_vars/`. Goes out: hosts
//! in order, each variable traceable to the line that set it; host patterns; targets.
//! Does not know: flags, files, SSH.
