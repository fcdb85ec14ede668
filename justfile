# What is measured, one command each. `docs/performance.md` says what came of it.

# Instructions of fixed pieces of work, against `benches/instructions.csv`; needs valgrind
bench-check:
    cargo bench --bench instructions

# The parts that every device goes through, each alone
bench-parts:
    cargo bench --bench parts

# From the record of a large fleet to all reports
bench-papers devices="10000" tokens="50":
    PAPERS_DEVICES={{devices}} PAPERS_TOKENS={{tokens}} cargo bench --bench papers

# A whole audit as a process, against a lab in another
bench-fleet devices="1000" forks="500" latency="0":
    FLEET_DEVICES={{devices}} FLEET_FORKS={{forks}} FLEET_LATENCY={{latency}} cargo bench --bench fleet

# The same job with others, against the same lab; needs Python and PyPI
bench-peers devices="100" forks="50" latency="0":
    cargo build --release
    python3 benches/peers/run.py --devices {{devices}} --forks {{forks}} --latency {{latency}}
