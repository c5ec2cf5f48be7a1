#Requires -Version 5.1
# Made by Tacklebox. It changes what stands in the next lines and nothing else:
# it saves what it finds beside itself, asks before anything that weakens the PC,
# and puts everything back when it is started with -Undo.
# Expected to work on Windows 10 and 11; not yet seen on each build.
param([switch]$Undo, [switch]$Do)

# What to do by itself: $true puts back, $false changes. -Undo and -Do overrule it.
$UndoByDefault = $false
# The person asked for the classic recipe, without evidence.
$Classic = $true

# Registry values: Set is the number to write, $null deletes the value.
$Values = @(
    @{ Path = 'HKLM:\SYSTEM\CurrentControlSet\Services\RasMan\Parameters'; Name = 'ProhibitIpSec'; Set = 1; Red = $true; Why = 'all L2TP on this PC becomes unencrypted: passwords and traffic can be read on the way, and connections with a pre-shared key or certificate stop working' }
    @{ Path = 'HKLM:\SYSTEM\CurrentControlSet\Services\RasMan\Parameters'; Name = 'AllowL2TPWeakCrypto'; Set = 1; Red = $true; Why = 'all L2TP connections of this PC may use DES and MD5, which can be broken' }
    @{ Path = 'HKLM:\SYSTEM\CurrentControlSet\Services\PolicyAgent'; Name = 'AssumeUDPEncapsulationContextOnSendRule'; Set = 2; Red = $false; Why = 'this PC makes IPsec connections to servers behind NAT, which Windows left off because a changed address translation can lead to another machine' }
)

# Services: StartType $null leaves the start type, Start starts it.
$Services = @(
    @{ Name = 'PolicyAgent'; StartType = $null; Start = $true }
)

# The connection; $null for none. Its key is asked for when this runs.
$Connection = @{ Name = 'it''s plain'; Server = 'vpn.example.com'; Psk = $false; Auth = @('Chap', 'MSChapv2'); Encryption = 'Optional'; Split = $false }

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
if ($Undo -and $Do) { throw 'Choose one of -Undo and -Do.' }
$PutBack = ($Undo -or $UndoByDefault) -and -not $Do
$SavedFile = Join-Path $PSScriptRoot 'tacklebox-l2tp-saved.json'

# The only values that this script ever writes or deletes, whatever a saved file says.
$Allowed = @(
    'HKLM:\SYSTEM\CurrentControlSet\Services\RasMan\Parameters|ProhibitIpSec'
    'HKLM:\SYSTEM\CurrentControlSet\Services\RasMan\Parameters|AllowL2TPWeakCrypto'
    'HKLM:\SYSTEM\CurrentControlSet\Services\RasMan\Parameters|AssumeUDPEncapsulationContextOnSendRule'
    'HKLM:\SYSTEM\CurrentControlSet\Services\PolicyAgent|AssumeUDPEncapsulationContextOnSendRule'
    'HKLM:\SYSTEM\CurrentControlSet\Services\PolicyAgent|ProhibitIpSec'
    'HKLM:\SYSTEM\CurrentControlSet\Services\PolicyAgent|AllowL2TPWeakCrypto'
    'HKLM:\SYSTEM\CurrentControlSet\Services\IPSec|AssumeUDPEncapsulationContextOnSendRule'
)
$AllowedServices = @('BFE', 'IKEEXT', 'PolicyAgent', 'RasMan')

function Test-Administrator {
    $me = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
    return $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Confirm-Word([string]$Text, [string]$Word) {
    Write-Host $Text
    return (Read-Host "Type $Word to go on, anything else to stop") -ceq $Word
}

# What a value is now: whether it is there, its type and its data.
function Read-Value([string]$Path, [string]$Name) {
    $gone = @{ Path = $Path; Name = $Name; Exists = $false; Kind = ''; Data = $null }
    if (-not (Test-Path -LiteralPath $Path)) { return $gone }
    $key = Get-Item -LiteralPath $Path
    if (@($key.GetValueNames()) -notcontains $Name) { return $gone }
    $kind = $key.GetValueKind($Name).ToString()
    $data = $key.GetValue($Name, $null, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
    if (@('DWord', 'QWord', 'String', 'ExpandString', 'MultiString', 'Binary') -notcontains $kind) {
        throw "$Name at $Path has a type that this script cannot put back. Nothing was changed; use Tacklebox on this PC."
    }
    if ($kind -eq 'Binary') { $data = [Convert]::ToBase64String([byte[]]$data) }
    return @{ Path = $Path; Name = $Name; Exists = $true; Kind = $kind; Data = $data }
}

# Writes or deletes one value. Keys are never made and never deleted.
function Write-Value([string]$Path, [string]$Name, [bool]$Exists, [string]$Kind, $Data) {
    if ($Allowed -notcontains "$Path|$Name") { throw "$Name at $Path is none of the three values." }
    if (-not (Test-Path -LiteralPath $Path)) {
        if (-not $Exists) { return }
        throw "There is no key $Path on this PC."
    }
    if ($Exists) {
        switch ($Kind) {
            'Binary' { $Data = [Convert]::FromBase64String([string]$Data) }
            'MultiString' { $Data = [string[]]@($Data) }
            'DWord' { $Data = [int]$Data }
            'QWord' { $Data = [long]$Data }
        }
        New-ItemProperty -LiteralPath $Path -Name $Name -PropertyType $Kind -Value $Data -Force | Out-Null
    } elseif (@((Get-Item -LiteralPath $Path).GetValueNames()) -contains $Name) {
        Remove-ItemProperty -LiteralPath $Path -Name $Name
    }
    $now = Read-Value $Path $Name
    if ($now.Exists -ne $Exists) { throw "$Name at $Path was written, and reads back otherwise." }
}

function Read-Service([string]$Name) {
    $s = Get-CimInstance -ClassName Win32_Service -Filter "Name='$Name'"
    if ($null -eq $s) { return @{ Name = $Name; Exists = $false; StartMode = ''; Running = $false } }
    return @{ Name = $Name; Exists = $true; StartMode = [string]$s.StartMode; Running = ($s.State -eq 'Running') }
}

# The connections of this user and of all users; $null where they cannot be read,
# as while RasMan is disabled.
function Read-Connections {
    try {
        $mine = @(Get-VpnConnection | ForEach-Object { @{ AllUsers = $false; Is = $_ } })
        $all = @(Get-VpnConnection -AllUserConnection | ForEach-Object { @{ AllUsers = $true; Is = $_ } })
        return ,@($mine + $all)
    } catch { return $null }
}

function Get-Detail($Connection, [bool]$AllUsers) {
    return @{
        Name = [string]$Connection.Name; AllUsers = $AllUsers; Server = [string]$Connection.ServerAddress
        Tunnel = [string]$Connection.TunnelType; Auth = @($Connection.AuthenticationMethod | ForEach-Object { [string]$_ })
        Encryption = [string]$Connection.EncryptionLevel; Split = [bool]$Connection.SplitTunneling
    }
}

# The key goes to the cmdlet in memory, never to a command line or a file.
function Read-Key {
    $secure = Read-Host 'Pre-shared key of the connection' -AsSecureString
    $pointer = [Runtime.InteropServices.Marshal]::SecureStringToBSTR($secure)
    try { return [Runtime.InteropServices.Marshal]::PtrToStringBSTR($pointer) }
    finally { [Runtime.InteropServices.Marshal]::ZeroFreeBSTR($pointer) }
}

function Save-State($State) {
    $json = ConvertTo-Json -InputObject $State -Depth 6
    [IO.File]::WriteAllText($SavedFile, $json, (New-Object Text.UTF8Encoding $false))
}

# What "tweak" scripts and other guides left behind is offered, and joins the plan
# only when that is wanted.
function Find-Leftovers {
    $usual = @{ BFE = 'Automatic'; IKEEXT = 'Manual'; PolicyAgent = 'Manual'; RasMan = 'Manual' }
    foreach ($name in $AllowedServices) {
        $is = Read-Service $name
        if (-not $is.Exists -or $is.StartMode -ne 'Disabled' -or @($Services | Where-Object { $_.Name -eq $name }).Count -gt 0) { continue }
        if ((Read-Host "The service $name is disabled, and L2TP/IPsec needs it. Enable and start it? y/N") -eq 'y') {
            $script:Services = @($Services) + @{ Name = $name; StartType = $usual[$name]; Start = $true }
        }
    }
    $key = 'HKLM:\SYSTEM\CurrentControlSet\Services\RasMan\Parameters'
    if (@($Values | Where-Object { $_.Path -eq $key -and $_.Name -eq 'ProhibitIpSec' }).Count -gt 0) { return }
    $is = Read-Value $key 'ProhibitIpSec'
    if ($is.Exists -and $is.Kind -eq 'DWord' -and $is.Data -eq 1 -and
        (Read-Host 'ProhibitIpSec is 1, so no L2TP connection of this PC uses IPsec. Delete it? y/N') -eq 'y') {
        $script:Values = @($Values) + @{ Path = $key; Name = 'ProhibitIpSec'; Set = $null; Red = $false; Why = '' }
    }
}

function Invoke-Change {
    if (Test-Path -LiteralPath $SavedFile) {
        throw "There is a saved state in $SavedFile. Put that back first with -Undo."
    }
    # 1. Look, and change nothing yet.
    Find-Leftovers
    $state = @{
        Registry = @($Values | ForEach-Object { Read-Value $_.Path $_.Name })
        Wrote = @($Values | ForEach-Object { @{ Path = $_.Path; Name = $_.Name; Set = $_.Set } })
        Services = @($Services | ForEach-Object { Read-Service $_.Name })
        Connection = $null; Created = $null
    }
    foreach ($s in $state.Services) {
        if (-not $s.Exists) { throw "The service $($s.Name) is not on this PC. Nothing was changed." }
    }
    $found = Read-Connections

    # 2. Ask before what weakens the PC.
    $own = ''
    if ($null -ne $Connection) { $own = $Connection.Name }
    foreach ($v in @($Values | Where-Object { $_.Red })) {
        if ($v.Name -eq 'ProhibitIpSec') {
            if ($null -eq $found) {
                if (-not $Classic) { throw 'ProhibitIpSec is not set, since the connections cannot be read: one of them may need IPsec. Nothing was changed.' }
                if (-not (Confirm-Word 'The connections cannot be read: some of them may stop working.' 'BREAK')) { throw 'Stopped. Nothing was changed.' }
            }
            $broken = @(@($found) | Where-Object { $null -ne $_ -and @('L2tp', 'Automatic') -contains [string]$_.Is.TunnelType -and [string]$_.Is.Name -cne $own } | ForEach-Object { [string]$_.Is.Name })
            if ($null -ne $Connection -and $Connection.Psk) { $broken += $own }
            if ($broken.Count -gt 0 -and -not $Classic) {
                throw "ProhibitIpSec is not set, since it would break: $($broken -join ', '). Nothing was changed."
            }
            if ($broken.Count -gt 0 -and -not (Confirm-Word "These connections will stop working: $($broken -join ', ')" 'BREAK')) {
                throw 'Stopped. Nothing was changed.'
            }
        }
        if (-not (Confirm-Word "$($v.Name): $($v.Why)." 'YES')) { throw 'Stopped. Nothing was changed.' }
    }
    $allUsers = $false
    if ($null -ne $Connection) {
        Write-Host "The connection is made for the user $env:USERNAME of this PC, unless it is made for all."
        $allUsers = (Read-Host 'Make the connection for all users of this PC? y/N') -eq 'y'
    }
    Save-State $state
    Write-Host "What was found is saved in $SavedFile"

    # 3. Change.
    foreach ($v in $Values) { Write-Value $v.Path $v.Name ($null -ne $v.Set) 'DWord' $v.Set }
    foreach ($s in $Services) {
        if ($null -ne $s.StartType) { Set-Service -Name $s.Name -StartupType $s.StartType }
        if ($s.Start) { Start-Service -Name $s.Name }
    }
    if ($null -ne $Connection) {
        $how = @{
            Name = $Connection.Name; ServerAddress = $Connection.Server; TunnelType = 'L2tp'
            AuthenticationMethod = $Connection.Auth; EncryptionLevel = $Connection.Encryption
            SplitTunneling = $Connection.Split; Force = $true
        }
        # The services run by now, so that the connections can be read.
        $found = Read-Connections
        if ($null -eq $found) { throw 'The connections cannot be read, so none is made. Put the rest back with -Undo, or try again after a restart.' }
        $same = @($found | Where-Object { [string]$_.Is.Name -eq $Connection.Name -and $_.AllUsers -eq $allUsers })
        if ($same.Count -gt 0) { $state.Connection = Get-Detail $same[0].Is $allUsers }
        else { $state.Created = @{ Name = $Connection.Name; AllUsers = $allUsers } }
        Save-State $state
        if ($allUsers) { $how.AllUserConnection = $true }
        if ($Connection.Psk) { $how.L2tpPsk = Read-Key }
        if ($null -ne $state.Connection) { Set-VpnConnection @how }
        else { Add-VpnConnection @how }
        $how.Clear()
    }
    Write-Host 'Done.'
    if (@($Values).Count -gt 0) { Write-Host 'Restart the PC for the registry values to take effect. This script does not restart it.' }
}

function Invoke-Undo {
    if (-not (Test-Path -LiteralPath $SavedFile)) { throw "There is nothing to put back: no $SavedFile" }
    $state = ConvertFrom-Json ([IO.File]::ReadAllText($SavedFile))
    foreach ($was in @($state.Registry)) {
        $now = Read-Value $was.Path $was.Name
        $ours = @(@($state.Wrote) | Where-Object { $_.Path -eq $was.Path -and $_.Name -eq $was.Name })[0]
        $same = if ($null -eq $ours.Set) { -not $now.Exists } else { $now.Exists -and $now.Kind -eq 'DWord' -and $now.Data -eq $ours.Set }
        if (-not $same -and (Read-Host "$($was.Name) was changed by someone else since. Put back all the same? y/N") -ne 'y') { continue }
        Write-Value $was.Path $was.Name $was.Exists $was.Kind $was.Data
    }
    foreach ($s in @($state.Services)) {
        if ($AllowedServices -notcontains $s.Name) { throw "The service $($s.Name) is none of the four." }
        $kind = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }[[string]$s.StartMode]
        if ($kind -and (Read-Service $s.Name).StartMode -ne $s.StartMode) { Set-Service -Name $s.Name -StartupType $kind }
        # A service that was stopped is left running: another program may need it by now.
    }
    if ($null -ne $state.Created) {
        $gone = @{ Name = $state.Created.Name; Force = $true }
        if ($state.Created.AllUsers) { $gone.AllUserConnection = $true }
        $found = Read-Connections
        if (@(@($found) | Where-Object { $null -ne $_ -and [string]$_.Is.Name -eq $gone.Name -and $_.AllUsers -eq [bool]$state.Created.AllUsers }).Count -gt 0) { Remove-VpnConnection @gone }
    }
    if ($null -ne $state.Connection) {
        $back = @{
            Name = $state.Connection.Name; ServerAddress = $state.Connection.Server; TunnelType = $state.Connection.Tunnel
            AuthenticationMethod = @($state.Connection.Auth); EncryptionLevel = $state.Connection.Encryption
            SplitTunneling = [bool]$state.Connection.Split; Force = $true
        }
        if ($state.Connection.AllUsers) { $back.AllUserConnection = $true }
        Set-VpnConnection @back
        Write-Host 'The connection has its settings back. Its old pre-shared key could not be read: enter it again if it differs.'
    }
    $done = Join-Path $PSScriptRoot ("tacklebox-l2tp-undone-{0:yyyyMMdd-HHmmss}.json" -f (Get-Date))
    Move-Item -LiteralPath $SavedFile -Destination $done
    Write-Host 'Put back. Restart the PC for the registry values to take effect. This script does not restart it.'
}

if (-not (Test-Administrator)) {
    Write-Host 'This changes the whole PC: right-click the .cmd file and choose "Run as administrator".'
    exit 5
}
if ($PutBack) { Invoke-Undo } else { Invoke-Change }
