#!/bin/sh
# The whole story of a golden image with the az CLI alone: build Debian 12 with Apache by Azure Image Builder, publish it
# to a gallery in two regions, boot a VM from the new version, ask its web server, and take everything down again.
#
# On this machine, without an Azure account:
#
#     .venv/bin/localazure exec -- sh examples/az-story.sh
#
#   `localazure exec` starts a local cloud, makes it known to az and logs az in, as one would by hand with
#
#     az cloud register --name LocalAzure --endpoint-resource-manager "$IMAGEGATE_ARM_ENDPOINT"
#     az cloud set --name LocalAzure
#     az login --service-principal --tenant "$AZURE_TENANT_ID" --username "$AZURE_CLIENT_ID" --password "$AZURE_CLIENT_SECRET"
#
#   It needs root and Debian's programs (`make engine`), takes two to five minutes, and leaves nothing behind.
#
# On Azure: not a line is different. Log in and choose the subscription that pays for it (about half an hour of one small
# VM, and the replicas of one image for as long):
#
#     az login && az account set --subscription NAME
#     sh examples/az-story.sh
#
# It creates one resource group of its own and deletes it at its end, however that comes. RESOURCE_GROUP, LOCATION and
# OTHER_LOCATION choose names and places.
set -eu

group="${RESOURCE_GROUP:-rg-az-story-$$}"
location="${LOCATION:-westeurope}"
other_location="${OTHER_LOCATION:-northeurope}"
gallery=golden
definition=apache-debian12
template=apache-debian12
vm=smoke

say() { printf '\n== %s\n' "$*"; }

scratch="$(mktemp -d)"
tear_down() {
    result=$?
    trap - EXIT INT TERM
    say "Tear down: the resource group, and with it all that this made"
    if [ "$(az group exists --name "$group")" = true ]; then
        az group delete --name "$group" --yes || result=1
    fi
    rm -rf "$scratch"
    exit "$result"
}
trap tear_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Resource providers: once per subscription; asked for all together first, then waited for one by one"
namespaces="Compute ManagedIdentity Network Storage VirtualMachineImages ContainerInstance"
for namespace in $namespaces; do
    az provider register --namespace "Microsoft.$namespace" --only-show-errors
done
for namespace in $namespaces; do
    az provider register --namespace "Microsoft.$namespace" --wait
done

say "Resource group $group in $location"
az group create --name "$group" --location "$location" --output none
group_id="$(az group show --name "$group" --query id --output tsv)"

say "The identity that Image Builder acts as, and what it may do: write images into this group"
az identity create --resource-group "$group" --name image-builder --output none
identity_id="$(az identity show --resource-group "$group" --name image-builder --query id --output tsv)"
principal_id="$(az identity show --resource-group "$group" --name image-builder --query principalId --output tsv)"
az role assignment create --scope "$group_id" --role Contributor --output none \
    --assignee-object-id "$principal_id" --assignee-principal-type ServicePrincipal

say "Gallery and image definition"
az sig create --resource-group "$group" --gallery-name "$gallery" --output none
# SecurityType=Standard, because the source is no Trusted Launch image, and Image Builder wants both ends to agree.
az sig image-definition create --resource-group "$group" --gallery-name "$gallery" \
    --gallery-image-definition "$definition" --publisher contoso --offer web --sku "$definition" \
    --os-type Linux --os-state Generalized --hyper-v-generation V2 --features SecurityType=Standard --output none

say "Image template: put together on this side (--defer), sent as one"
az image builder create --resource-group "$group" --name "$template" --location "$location" --defer --output none \
    --identity "$identity_id" --image-source Debian:debian-12:12-gen2:latest \
    --shared-image-destinations "$gallery/$definition=$location,$other_location"
az image builder customizer add --resource-group "$group" --name "$template" --defer --output none \
    --customizer-name apache --type shell --inline-script \
    'sudo apt-get update' \
    'sudo DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends apache2' \
    'sudo systemctl enable apache2'
az image builder update --resource-group "$group" --name "$template" --output none

say "Build, and distribute to both regions"
if ! az image builder run --resource-group "$group" --name "$template"; then
    az image builder show --resource-group "$group" --name "$template" --query lastRunStatus >&2
    exit 1
fi
version_id="$(az image builder show-runs --resource-group "$group" --name "$template" --query '[0].artifactId' --output tsv)"
az sig image-version show --ids "$version_id" --output table \
    --query "{version: name, state: provisioningState, regions: join(', ', publishingProfile.targetRegions[].name)}"

say "A VM of exactly this version, with a public address; port 80 is open, all else is closed"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/key"
az vm create --resource-group "$group" --name "$vm" --image "$version_id" --size Standard_D2s_v3 \
    --admin-username smoke --ssh-key-values "$scratch/key.pub" --security-type Standard \
    --public-ip-sku Standard --nsg-rule NONE --os-disk-delete-option Delete --nic-delete-option Delete --output none
az vm open-port --resource-group "$group" --name "$vm" --port 80 --output none
address="$(az vm show --resource-group "$group" --name "$vm" --show-details --query publicIps --output tsv)"

say "Does it serve? http://$address/"
if ! curl --silent --show-error --fail --connect-timeout 5 --retry 120 --retry-delay 2 --retry-all-errors \
    --retry-max-time 600 --output "$scratch/page.html" "http://$address/" 2>"$scratch/curl.err"; then
    tail -n 1 "$scratch/curl.err" >&2
    az vm boot-diagnostics get-boot-log --resource-group "$group" --name "$vm" >&2 || true
    exit 1
fi
grep -i '<title>' "$scratch/page.html"

say "It serves. The VM goes with its disk and network interface; the template takes its staging resource group with it"
az vm delete --resource-group "$group" --name "$vm" --yes
az image builder delete --resource-group "$group" --name "$template"
