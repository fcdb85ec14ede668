#!/bin/sh
# A small command line in the manner of FortiOS, for the tests against a real sshd: a FortiGate
# without VDOMs, with four tokens. The terminal echoes and ends lines with CR LF by itself.
while printf 'FGT-SSHD # ' && IFS= read -r line; do
    case $(printf '%s' "$line" | tr -d '\r') in
    '') ;;
    'get system status')
        cat <<'EOF'
Version: FortiGate-60F v7.4.8,build2795,250523 (GA.M)
Serial-Number: FGT60FTK00000042
BIOS version: 05000023
Log hard disk: Not available
Hostname: FGT-SSHD
Operation Mode: NAT
Current virtual domain: root
Max number of virtual domains: 10
Virtual domains status: 1 in NAT mode, 0 in TP mode
Virtual domain configuration: disable
FIPS-CC mode: disable
Current HA mode: standalone
Branch point: 2795
Release Version Information: GA
System time: Tue Nov 24 09:00:00 2026
Last reboot reason: warm reboot

EOF
        ;;
    'diagnose fortitoken info')
        cat <<'EOF'
FORTITOKEN        DRIFT  STATUS
FTK200A000000001  0      active
FTK200A000000002  -2     token already activated, and seed won't be returned
FTKMOB0000000003  0      provisioned
FTKMOB0000000004  0      provision timeout

Total activated token: 1
Total global activated token: 1

Token server status: reachable

EOF
        ;;
    'get system ha status')
        cat <<'EOF'
HA Health Status: OK
Model: FortiGate-60F
Mode: Standalone
Group: 0
Debug: 0

EOF
        ;;
    'show user local')
        cat <<'EOF'
config user local
    edit "mobile.user"
        set type password
        set two-factor fortitoken
        set fortitoken "FTKMOB0000000004"
        set email-to "mobile.user@example.net"
    next
end

EOF
        ;;
    'show system admin')
        cat <<'EOF'
config system admin
    edit "auditor"
        set accprofile "audit"
        set vdom "root"
    next
end

EOF
        ;;
    exit)
        exit 0
        ;;
    *)
        printf 'Unknown action 0\n\n'
        ;;
    esac
done
